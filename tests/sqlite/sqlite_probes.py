"""Models and helpers that only the tests of SQLite need."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from karaoke_persist.contract import StoreOptions, StoreSession
from karaoke_persist.models import MODELS, Counted, Integrity, Record, Reference, Song, Sorted, Unique
from karaoke_persist.models.fields import Boolean, Id, IndexedText, Integer, JsonObject, JsonValue, Text, TextList, Time
from karaoke_persist.models.json_values import EMPTY_OBJECT


class Venue(Record):
    """A model with a unique field, an order, and counts of a field that may be absent."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="venues",
        unique=(Unique("code"), Unique("name", "city")),
        sorted=(Sorted("name"), Sorted("opened")),
        counted=(Counted("city"), Counted("seats")),
    )

    id: Id
    name: IndexedText
    code: Text | None = None
    city: IndexedText | None = None
    seats: Integer | None = None
    opened: Time | None = None
    licensed: Boolean = False
    rooms: TextList = ()
    plan: JsonValue | None = None
    notes: JsonObject = EMPTY_OBJECT


class Gig(Record):
    """A model that names venues, songs and itself."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="gigs",
        references=(
            Reference("venue_id", "venues"),
            Reference("song_id", "songs"),
            Reference("follows", "gigs"),
        ),
    )

    id: Id
    venue_id: Text
    song_id: Text | None = None
    follows: Text | None = None


PROBES = (*MODELS, Venue, Gig)


def options(**changes: Any) -> StoreOptions:
    """Store options with the probe models and a short timeout."""
    return StoreOptions(**{"models": PROBES, "timeout": 5.0, **changes})


def open_store(path: Path, **changes: Any) -> Any:
    """The store of a file."""
    import karaoke_persist_sqlite

    return karaoke_persist_sqlite.karaoke_open_store(f"sqlite:///{path}", options(**changes))


@contextmanager
def writing(store: Any) -> Iterator[StoreSession]:
    """A write session that commits, or is undone by an exception."""
    session = store.session()
    try:
        yield session
    except BaseException:
        session.rollback()
        raise
    session.commit()


@contextmanager
def reading(store: Any) -> Iterator[StoreSession]:
    """A read-only session."""
    session = store.session(read_only=True)
    try:
        yield session
    finally:
        session.rollback()


def raw(path: Path) -> sqlite3.Connection:
    """A connection that knows nothing of this package."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def song(key: str, **fields: Any) -> Song:
    """A song of which only the key matters."""
    return Song(id=key, **{"title": f"Title {key}", "artist": "Björk", **fields})


def python(*arguments: str) -> list[str]:
    """The command of a Python like this one."""
    return [sys.executable, *arguments]


def raised(action: Callable[[], Any]) -> Exception:
    """What an action raises."""
    try:
        action()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")
