"""What a sync tells."""

from __future__ import annotations

from dataclasses import dataclass

from karaoke_persist.media.walk import Unreadable


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What became of the songs of the library folders."""

    added: int = 0
    """Songs that were not in the store."""
    updated: int = 0
    """Songs that got a path, or a field that was empty."""
    unchanged: int = 0
    missing: int = 0
    """Songs that came from these folders and whose files are gone. They are left as they are."""
    unreadable: tuple[Unreadable, ...] = ()
    """Pairs of path and reason: what could not be read and was skipped. The path is relative to its root, and begins
    with the root's name and a colon when several were scanned."""

    @property
    def songs(self) -> int:
        """How many songs the folders hold."""
        return self.added + self.updated + self.unchanged
