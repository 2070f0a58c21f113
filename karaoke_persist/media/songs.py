"""The songs of a library, with what reaches from them to the disk."""

from __future__ import annotations

from karaoke_persist.media.folders import MediaFolders, SyncProgress
from karaoke_persist.operations import SongOperations
from karaoke_persist.operations.base import OneShotRunner


class LibrarySongs(SongOperations):
    """`library.songs`: every operation on songs, and the sync with the library folders."""

    def __init__(self, runner: OneShotRunner, media: MediaFolders) -> None:
        super().__init__(None, runner)
        self._media = media

    def sync_songs_with_filesystem(self, *, progress: SyncProgress | None = None) -> int:
        """Add the songs of the library folders that are not there yet; the number added. See `library.media.sync`."""
        return self._media.sync(progress=progress).added
