"""Business logic, written once for every backend against the session."""

from karaoke_persist.operations.answers import ArtistCount, ArtistPage, BulkResult, Page, SongStatistics
from karaoke_persist.operations.favorite_operations import FavoriteOperations
from karaoke_persist.operations.history_answers import SingerSong, Sung, TopArtist, TopSinger, TopSong
from karaoke_persist.operations.history_operations import HistoryOperations
from karaoke_persist.operations.job_answers import JobStatistics
from karaoke_persist.operations.job_operations import JobOperations
from karaoke_persist.operations.performance_pages import PerformanceFilter
from karaoke_persist.operations.playlist_answers import (
    AddedSongs,
    ImportReport,
    PlaylistDuration,
    PlaylistItem,
    PlaylistPage,
    TrackMatch,
)
from karaoke_persist.operations.playlist_operations import PlaylistOperations
from karaoke_persist.operations.queue.answers import AddedEntry, QueueItem, QueuePlan, QueueView, Singer
from karaoke_persist.operations.searching import SearchHit, SearchPage
from karaoke_persist.operations.singer_operations import SingerOperations
from karaoke_persist.operations.song_operations import SongOperations
from karaoke_persist.operations.user_answers import LikedSong, MergedSinger
from karaoke_persist.operations.user_operations import UserOperations
from karaoke_persist.operations.version_answers import DuplicateGroup
from karaoke_persist.operations.version_operations import VersionOperations

__all__ = [
    "AddedEntry",
    "AddedSongs",
    "ArtistCount",
    "ArtistPage",
    "BulkResult",
    "DuplicateGroup",
    "FavoriteOperations",
    "HistoryOperations",
    "ImportReport",
    "JobOperations",
    "JobStatistics",
    "LikedSong",
    "MergedSinger",
    "Page",
    "PerformanceFilter",
    "PlaylistDuration",
    "PlaylistItem",
    "PlaylistOperations",
    "PlaylistPage",
    "QueueItem",
    "QueuePlan",
    "QueueView",
    "SearchHit",
    "SearchPage",
    "Singer",
    "SingerOperations",
    "SingerSong",
    "SongOperations",
    "SongStatistics",
    "Sung",
    "TopArtist",
    "TopSinger",
    "TopSong",
    "TrackMatch",
    "UserOperations",
    "VersionOperations",
]
