"""Business logic, written once for every backend against the session."""

from karaoke_persist.operations.answers import ArtistCount, ArtistPage, BulkResult, Page, SongStatistics
from karaoke_persist.operations.playlist_answers import (
    AddedSongs,
    ImportReport,
    PlaylistDuration,
    PlaylistItem,
    PlaylistPage,
    TrackMatch,
)
from karaoke_persist.operations.playlist_operations import PlaylistOperations
from karaoke_persist.operations.song_operations import SongOperations

__all__ = [
    "AddedSongs",
    "ArtistCount",
    "ArtistPage",
    "BulkResult",
    "ImportReport",
    "Page",
    "PlaylistDuration",
    "PlaylistItem",
    "PlaylistOperations",
    "PlaylistPage",
    "SongOperations",
    "SongStatistics",
    "TrackMatch",
]
