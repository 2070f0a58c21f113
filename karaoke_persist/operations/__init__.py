"""Business logic, written once for every backend against the session."""

from karaoke_persist.operations.answers import ArtistCount, ArtistPage, BulkResult, Page, SongStatistics
from karaoke_persist.operations.history_answers import SingerSong, Sung, TopArtist, TopSinger, TopSong
from karaoke_persist.operations.history_operations import HistoryOperations
from karaoke_persist.operations.performance_pages import PerformanceFilter
from karaoke_persist.operations.queue.answers import AddedEntry, QueueItem, QueuePlan, QueueView, Singer
from karaoke_persist.operations.song_operations import SongOperations

__all__ = [
    "AddedEntry",
    "ArtistCount",
    "ArtistPage",
    "BulkResult",
    "HistoryOperations",
    "Page",
    "PerformanceFilter",
    "QueueItem",
    "QueuePlan",
    "QueueView",
    "Singer",
    "SingerSong",
    "SongOperations",
    "SongStatistics",
    "Sung",
    "TopArtist",
    "TopSinger",
    "TopSong",
]
