"""The songs of a library, with what reaches from them to the disk."""

from __future__ import annotations

from karaoke_persist.media.folders import MediaFolders
from karaoke_persist.operations import SongOperations
from karaoke_persist.operations.base import OneShotRunner


class LibrarySongs(SongOperations):
    def __init__(self, runner: OneShotRunner, media: MediaFolders) -> None:
        super().__init__(None, runner)
        self._media = media
