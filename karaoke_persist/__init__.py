"""Persistence for karaoke applications: one contract, any database.

```python
import karaoke_persist

with karaoke_persist.open("sqlite:///karaoke.db") as library:
    library.songs.create_or_update_song("song-123", title="Jóga", artist="Björk")
    songs, total = library.songs.search_songs_paginated("joga")
```
"""

from importlib.metadata import version as _version

from karaoke_persist.contract import Change, OperationFailure, hookimpl
from karaoke_persist.errors import (
    AlreadyExists,
    BadOption,
    BadURL,
    Busy,
    CommitUnknown,
    ConfigurationError,
    Conflict,
    ContractMismatch,
    DataCorrupt,
    DomainError,
    DriverMissing,
    IllegalState,
    InvalidValue,
    KaraokePersistError,
    LeaseLost,
    NestedSession,
    NotFound,
    PluginBroken,
    QuotaExceeded,
    ReadOnlySession,
    ReferenceMissing,
    SchemaMismatch,
    SessionClosed,
    SessionFailed,
    StaleWrite,
    StillReferenced,
    StorageError,
    StoreBug,
    StreamStale,
    Unavailable,
    UnknownScheme,
    Unsupported,
    UsageError,
    WrongThread,
)
from karaoke_persist.library import Library, Transaction, open  # noqa: A004
from karaoke_persist.media import SyncReport
from karaoke_persist.models import MEDIA_KINDS, MediaKind, Playlist, PlaylistEntry, Song
from karaoke_persist.operations import (
    AddedSongs,
    ArtistCount,
    ArtistPage,
    BulkResult,
    ImportReport,
    Page,
    PlaylistDuration,
    PlaylistItem,
    PlaylistPage,
    SongStatistics,
    TrackMatch,
)
from karaoke_persist.options import OpenOptions

__version__ = _version("karaoke-persist")

__all__ = [
    "MEDIA_KINDS",
    "AddedSongs",
    "AlreadyExists",
    "ArtistCount",
    "ArtistPage",
    "BadOption",
    "BadURL",
    "BulkResult",
    "Busy",
    "Change",
    "CommitUnknown",
    "ConfigurationError",
    "Conflict",
    "ContractMismatch",
    "DataCorrupt",
    "DomainError",
    "DriverMissing",
    "IllegalState",
    "ImportReport",
    "InvalidValue",
    "KaraokePersistError",
    "LeaseLost",
    "Library",
    "MediaKind",
    "NestedSession",
    "NotFound",
    "OpenOptions",
    "OperationFailure",
    "Page",
    "Playlist",
    "PlaylistDuration",
    "PlaylistEntry",
    "PlaylistItem",
    "PlaylistPage",
    "PluginBroken",
    "QuotaExceeded",
    "ReadOnlySession",
    "ReferenceMissing",
    "SchemaMismatch",
    "SessionClosed",
    "SessionFailed",
    "Song",
    "SongStatistics",
    "StaleWrite",
    "StillReferenced",
    "StorageError",
    "StoreBug",
    "StreamStale",
    "SyncReport",
    "TrackMatch",
    "Transaction",
    "Unavailable",
    "UnknownScheme",
    "Unsupported",
    "UsageError",
    "WrongThread",
    "hookimpl",
    "open",
]
