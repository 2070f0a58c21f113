"""The library folder on disk."""

from karaoke_persist.media.folders import MAIN, MediaFolders, SyncProgress
from karaoke_persist.media.report import SyncReport
from karaoke_persist.media.songs import LibrarySongs
from karaoke_persist.media.walk import Unreadable, readable_root

__all__ = ["MAIN", "LibrarySongs", "MediaFolders", "SyncProgress", "SyncReport", "Unreadable", "readable_root"]
