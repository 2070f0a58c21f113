"""Models and helpers that only the tests of SQLite need."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from karaoke_persist.contract import Aggregate, Eq, Measure, Query, StoreOptions, StoreSession
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


def add_songs_by_hand(run: Callable[[str], Any], artists: dict[str, str]) -> None:
    """Store songs (key to artist) by SQL alone, as one does who knows nothing of this package."""
    for key, artist in artists.items():
        run(
            "INSERT INTO kp_songs (revision, id, title, title_fold, artist, artist_fold, aliases, tags, favorite,"
            f" media, extra) VALUES (1, '{key}', 't', 't', '{artist}', '{artist}', '[]', '[]', false, '{{}}', '{{}}')"
        )


def migrate_to(engine: Any, revision: str) -> None:
    """Make the schema of an older version."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "karaoke_persist_sql:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


NUMBER_OF_ARTISTS = Aggregate(Song, measures=(Measure("count_distinct", "artist"),))


def numbers_of_artists(store: Any, run: Callable[[str], Any]) -> tuple[list[int], list[int]]:
    """How many artists the store says there are, and how many are in the rows, as the songs come and go."""
    told: list[int] = []
    counted: list[int] = []
    for change in (
        lambda: None,
        lambda: _change(store, lambda session: session.insert([song("s1", artist="x"), song("s2", artist="x")])),
        lambda: _change(store, lambda session: session.upsert([song("s1", artist="y"), song("s3", artist="z")])),
        lambda: _change(store, lambda session: session.patch_where(Query(Song, Eq("artist", "z")), {"artist": "y"})),
        lambda: run("UPDATE kp_songs SET artist = 'by hand', artist_fold = 'by hand' WHERE id = 's2'"),
        lambda: _change(store, lambda session: session.delete_where(Query(Song, Eq("artist", "by hand")))),
        lambda: run("DELETE FROM kp_songs"),
    ):
        change()
        with reading(store) as session:
            told += [number for (number,) in session.aggregate(NUMBER_OF_ARTISTS)]
            counted.append(len({artist for (artist,) in session.rows(Query(Song), ("artist",))}))
    return told, counted


def _change(store: Any, change: Callable[[Any], Any]) -> None:
    with writing(store) as session:
        change(session)


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
