"""The library folder on disk."""

from karaoke_persist.media.folders import MediaFolders, SyncReport
from karaoke_persist.media.songs import LibrarySongs

__all__ = ["LibrarySongs", "MediaFolders", "SyncReport"]
