"""Jobs: work in the background, given to exactly one worker at a time."""

from __future__ import annotations

from karaoke_persist.operations.base import Operations


class JobOperations(Operations):
    """Jobs: work in the background, given to exactly one worker at a time."""
