"""What was sung, by whom and when, and the statistics of it."""

from __future__ import annotations

from karaoke_persist.operations.base import Operations


class HistoryOperations(Operations):
    """What was sung, by whom and when, and the statistics of it."""
