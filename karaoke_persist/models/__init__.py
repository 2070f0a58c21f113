"""What is stored: frozen, validated values, one module per domain, with the rules of their integrity."""

from typing import Final

from karaoke_persist.models.favorite import FavoriteArtist, FavoriteSong
from karaoke_persist.models.fields import Field, Kind
from karaoke_persist.models.history import Night, Performance, PerformanceSinger
from karaoke_persist.models.imported import ImportedRow, ImportSource
from karaoke_persist.models.integrity import Counted, Derived, Integrity, Reference, Sorted, Unique
from karaoke_persist.models.job import Job
from karaoke_persist.models.json_values import FrozenDict, freeze, thaw
from karaoke_persist.models.media import MediaFile, MediaRoot, Removal
from karaoke_persist.models.playlist import Playlist, PlaylistEntry
from karaoke_persist.models.queue import QueueEdit, QueueEntry, QueueSinger, Room
from karaoke_persist.models.record import Record, field_names, field_of, fields_of, indexed_fields
from karaoke_persist.models.song import MEDIA_KINDS, PLAYABLE, MediaKind, Song
from karaoke_persist.models.text import key_fold
from karaoke_persist.models.transfer import Transfer
from karaoke_persist.models.user import Credential, User
from karaoke_persist.models.version import PreferredVersion, SongRedirect

MODELS: tuple[type[Record], ...] = (
    Song,
    User,
    Credential,
    FavoriteSong,
    FavoriteArtist,
    Playlist,
    PlaylistEntry,
    Room,
    QueueEntry,
    QueueSinger,
    QueueEdit,
    Night,
    Performance,
    PerformanceSinger,
    Job,
    SongRedirect,
    PreferredVersion,
    MediaRoot,
    MediaFile,
    Removal,
    ImportSource,
    ImportedRow,
    Transfer,
)
"""The models that every store holds."""

MODELS_VERSION: Final = 13
"""The number of the schema's revision that these models belong to; archives carry it."""

__all__ = [
    "MEDIA_KINDS",
    "MODELS",
    "MODELS_VERSION",
    "PLAYABLE",
    "Counted",
    "Credential",
    "Derived",
    "FavoriteArtist",
    "FavoriteSong",
    "Field",
    "FrozenDict",
    "ImportSource",
    "ImportedRow",
    "Integrity",
    "Job",
    "Kind",
    "MediaFile",
    "MediaKind",
    "MediaRoot",
    "Night",
    "Performance",
    "PerformanceSinger",
    "Playlist",
    "PlaylistEntry",
    "PreferredVersion",
    "QueueEdit",
    "QueueEntry",
    "QueueSinger",
    "Record",
    "Reference",
    "Removal",
    "Room",
    "Song",
    "SongRedirect",
    "Sorted",
    "Transfer",
    "Unique",
    "User",
    "field_names",
    "field_of",
    "fields_of",
    "freeze",
    "indexed_fields",
    "key_fold",
    "thaw",
]
