"""What an importer is: a reader of another application's file, which says row by row what is to become of it.

An importer reads and converts. Everything else is done for all of them alike: the private copy of the file, batches,
the ledger that makes a second run change nothing, names that are taken, references that lead nowhere, the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from karaoke_persist.models import Job, Song

Raw = Mapping[str, Any]
"""A row as it was read, by column: None, text, numbers, booleans, or bytes."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be imported. A name that is short or taken gets a suffix, an id that is taken is made anew."""

    user_id: str
    username: str
    profile: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `User`, each fit to be stored."""
    password_hash: str | None = None
    """In a form that `UserOperations.set_password_hash` takes; one of another form is left out and reported."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A song to be queued at the end of the main room. Entries come in the order in which their rows are read."""

    song_id: str
    singers: tuple[tuple[str, str | None], ...]
    """Names, each with the id of the user if it is one."""
    key_shift: int = 0


@dataclass(frozen=True, slots=True)
class NewLike:
    """Something that a user likes: a song, or an artist."""

    user_id: str
    song_id: str | None = None
    artist: str | None = None


@dataclass(frozen=True, slots=True)
class NewPlay:
    """A performance of the past, in the main room. Performances of the same `night` belong together."""

    night: str
    song_id: str
    singers: tuple[str, ...]
    started_at: datetime
    ended_at: datetime | None = None
    completed: bool = True
    key_shift: int = 0
    title: str | None = None
    """As it was called then; the song's own, if it is not given."""
    artist: str | None = None


Draft = Song | Job | NewUser | NewEntry | NewLike | NewPlay
"""What a row is to become. Of a `Song` that is there, what is empty is filled; of a `Job`, nothing is changed."""


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """What whoever imports says of the source."""

    zone: str | None = None
    """The zone of times that name none, such as `Europe/Paris`; every format has a default."""
    old_root: str | None = None
    """The library folder as the source knew it: paths below it become relative."""


class Repair(NamedTuple):
    """A value that could not be taken over as it was, and what was done."""

    field: str
    reason: str


class Conversion:
    """What a converter may ask and say while it turns one row into a draft."""

    def __init__(self, source: str, settings: ImportSettings) -> None:
        self.source: str = source
        self.settings: ImportSettings = settings
        self.repairs: list[Repair] = []

    def id_of(self, table: str, row: object) -> str:
        """The id of what a row of this source becomes, if the source has no id that is good everywhere."""
        return digest(self.source, table, str(row))

    def repaired(self, name: str, reason: str) -> None:
        """Report a value that could not be taken over as it was."""
        self.repairs.append(Repair(name, reason))


Convert = Callable[[Raw, Conversion], Draft]
"""Turns a row into a draft. A row that cannot be saved raises `InvalidValue`, and is quarantined with that reason."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table of the source, or whatever is like one."""

    name: str
    total: int
    """How many rows there are, for the progress."""
    rows: Callable[[], Iterable[tuple[str, Raw]]]
    """Reads all rows from the first, each with a key that names it within the table for good."""
    convert: Convert
    distinct: bool = False
    """Whether no key can come twice. Otherwise they are remembered, and a row that comes again is quarantined."""


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """A source while it is read. Tables come before those whose rows name theirs: songs, users, then the rest."""

    tables: Sequence[SourceTable]
    unread: Mapping[str, int] = field(default_factory=dict)
    """Tables that are not imported, with the number of their rows, so that the report names them."""


@dataclass(frozen=True, slots=True)
class Importer:
    """A format that can be imported."""

    open: Callable[[Path, ImportSettings], AbstractContextManager[OpenedSource]]
    """Opens a private copy of the file. What is none of this format raises `InvalidValue`."""
    catalogue: str | None = None
    """For a catalogue that appears again and again: the one name of its source. Each file is then all of it, and what
    it lists no more is reported."""


Importers = Mapping[str, Importer]
"""Importers by the names of their formats."""


def digest(*parts: str) -> str:
    """A short text that stands for these."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
