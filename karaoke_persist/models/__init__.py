"""What is stored: frozen, validated values, one module per domain, with the rules of their integrity."""

from karaoke_persist.models.fields import Field, Kind
from karaoke_persist.models.integrity import Counted, Integrity, Reference, Sorted, Unique
from karaoke_persist.models.json_values import FrozenDict, freeze, thaw
from karaoke_persist.models.record import Record, field_names, field_of, fields_of, indexed_fields
from karaoke_persist.models.song import MEDIA_KINDS, MediaKind, Song
from karaoke_persist.models.text import key_fold

MODELS: tuple[type[Record], ...] = (Song,)
"""The models that every store holds."""

__all__ = [
    "MEDIA_KINDS",
    "MODELS",
    "Counted",
    "Field",
    "FrozenDict",
    "Integrity",
    "Kind",
    "MediaKind",
    "Record",
    "Reference",
    "Song",
    "Sorted",
    "Unique",
    "field_names",
    "field_of",
    "fields_of",
    "freeze",
    "indexed_fields",
    "key_fold",
    "thaw",
]
