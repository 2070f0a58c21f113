"""The revisions this version of the software knows, oldest first.

Kept here as constants so that a current database opens without Alembic; a test proves that Alembic agrees.
"""

from __future__ import annotations

from typing import Final

REVISIONS: Final[tuple[str, ...]] = ("0001_songs", "0002_artist_total")
HEAD: Final[str] = REVISIONS[-1]
