"""Imports of what other applications have: their formats, what becomes of each row, and the ledger of what came in."""

from typing import Final

BATCH: Final = 250
"""Rows per transaction: others get their turn at the writer in between."""
