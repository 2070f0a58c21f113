"""The library folders on disk: what is in them becomes songs, and stays in step."""

from karaoke_persist.media.checking import LostPath, MediaCheck
from karaoke_persist.media.folders import MAIN, MediaFolders, SyncProgress
from karaoke_persist.media.missing import PurgeReport
from karaoke_persist.media.plan import Ambiguous, Plan, PlannedFile, PlannedMove, PlannedSong, SyncReport
from karaoke_persist.media.songs import LibrarySongs
from karaoke_persist.media.walk import Unreadable, readable_root

__all__ = [
    "MAIN",
    "Ambiguous",
    "LibrarySongs",
    "LostPath",
    "MediaCheck",
    "MediaFolders",
    "Plan",
    "PlannedFile",
    "PlannedMove",
    "PlannedSong",
    "PurgeReport",
    "SyncProgress",
    "SyncReport",
    "Unreadable",
    "readable_root",
]
