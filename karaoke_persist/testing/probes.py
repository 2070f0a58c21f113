"""Small models that only the kit stores, so that every rule of integrity is tested on every backend.

A backend gets them through `StoreOptions.models`, like those of the package.
"""

from __future__ import annotations

from typing import ClassVar

from karaoke_persist.models import MODELS, Integrity, Record, Reference, Sorted, Unique
from karaoke_persist.models.fields import (
    Boolean,
    Id,
    IndexedText,
    Integer,
    JsonObject,
    JsonValue,
    Text,
    TextList,
    Time,
)
from karaoke_persist.models.json_values import EMPTY_OBJECT


class Shelf(Record):
    """A shelf with a name of its own, and perhaps a place of its own in a room."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="probe_shelves",
        unique=(Unique("label"), Unique("room", "place")),
        sorted=(Sorted("label"), Sorted("place")),
    )

    id: Id
    label: Text
    room: Text | None = None
    place: Integer | None = None


class Box(Record):
    """A box that goes with its shelf, and remembers the shelf it came from while that one is there."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="probe_boxes",
        references=(
            Reference("shelf", "probe_shelves", "cascade"),
            Reference("origin", "probe_shelves", "set_null"),
        ),
    )

    id: Id
    shelf: Id
    origin: Id | None = None


class Seal(Record):
    """A seal that keeps its box from being thrown away."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="probe_seals", references=(Reference("box", "probe_boxes", "restrict"),)
    )

    id: Id
    box: Id | None = None


class Folder(Record):
    """A folder that goes with the folder it lies in."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="probe_folders", references=(Reference("parent", "probe_folders", "cascade"),)
    )

    id: Id
    parent: Id | None = None


class Sample(Record):
    """A row with a field of every kind, each of which may be absent where the kind allows it."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="probe_samples",
        sorted=(
            Sorted("name"),
            Sorted("number"),
            Sorted("moment"),
            Sorted("code"),
            Sorted("flag"),
            Sorted("number", within=("code",)),
        ),
    )

    id: Id
    name: IndexedText | None = None
    code: Text | None = None
    number: Integer | None = None
    flag: Boolean | None = None
    moment: Time | None = None
    labels: TextList = ()
    notes: JsonObject = EMPTY_OBJECT
    anything: JsonValue | None = None


PROBE_MODELS: tuple[type[Record], ...] = (Shelf, Box, Seal, Folder, Sample)
"""The models that the kit adds to those of the package."""

KIT_MODELS: tuple[type[Record], ...] = MODELS + PROBE_MODELS
"""Every model that a store under test holds."""
