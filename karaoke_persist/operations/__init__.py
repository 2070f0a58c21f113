"""Business logic, written once for every backend against the session."""

from karaoke_persist.operations.answers import ArtistCount, ArtistPage, BulkResult, Page, SongStatistics
from karaoke_persist.operations.job_answers import JobStatistics
from karaoke_persist.operations.job_operations import JobOperations
from karaoke_persist.operations.song_operations import SongOperations
from karaoke_persist.operations.version_answers import DuplicateGroup
from karaoke_persist.operations.version_operations import VersionOperations

__all__ = [
    "ArtistCount",
    "ArtistPage",
    "BulkResult",
    "DuplicateGroup",
    "JobOperations",
    "JobStatistics",
    "Page",
    "SongOperations",
    "SongStatistics",
    "VersionOperations",
]
