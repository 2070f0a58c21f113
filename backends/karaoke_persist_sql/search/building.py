"""The whole index, made anew from the songs, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from karaoke_persist.contract.findings import Progress
from karaoke_persist.models import Song
from karaoke_persist_sql.search.indexes import Index
from karaoke_persist_sql.search.tables import SearchTables
from karaoke_persist_sql.search.upkeep import Upkeep

if TYPE_CHECKING:
    from karaoke_persist_sql.reading import ReadingSession
    from karaoke_persist_sql.session import WritingSession

SONGS_AT_ONCE: Final = 500
"""Few enough that others do not wait long for a transaction that puts them in."""
Reached = tuple[Any, ...]
"""Folded title, title and key of a song: the order in which songs are put in, which is about that of the documents."""


def is_unbuilt(session: ReadingSession, tables: SearchTables) -> bool:
    """Whether there are songs to be found, and no document of any."""
    docs, songs = tables.name(tables.docs), _songs(session)
    return not session.fetch(f"SELECT 1 FROM {docs} LIMIT 1", ()) and bool(  # noqa: S608
        session.fetch(f"SELECT 1 FROM {songs} WHERE missing_since IS NULL LIMIT 1", ())  # noqa: S608
    )


def build(session: WritingSession, index: Index, progress: Progress | None = None) -> None:
    """Forget an index and make it from the songs, in the transaction of the session."""
    tables = index.tables
    tables.dialect.clear(session, tables)
    upkeep, done, number = Upkeep(session, index, empty=True), 0, number_of_songs(session)
    for keys in keys_of_songs(session, tables):
        upkeep.replace([], upkeep.rows_of_songs(keys))
        done += len(keys)
        if progress is not None:
            progress(done, number)
    tables.dialect.settle(session, tables)


def number_of_songs(session: ReadingSession) -> int:
    """How many songs there are."""
    return int(session.fetch(f"SELECT count(*) FROM {_songs(session)}", ())[0][0])  # noqa: S608


def keys_of_songs(session: ReadingSession, tables: SearchTables) -> Iterator[list[str]]:
    """The keys of all songs in batches."""
    reached: Reached | None = None
    while rows := songs_behind(session, tables, reached):
        reached = rows[-1]
        yield [key for _, _, key in rows]


def songs_behind(session: ReadingSession, tables: SearchTables, reached: Reached | None) -> list[Reached]:
    """The next batch of songs."""
    behind = "" if reached is None else f" WHERE {_BEHIND}"
    sql = f"SELECT title_fold, title, id FROM {_songs(session)}{behind} ORDER BY title_fold, title, id LIMIT ?"  # noqa: S608
    return session.fetch(tables.dialect.marked(sql), (*(reached or ()), SONGS_AT_ONCE))


def number_up_to(session: ReadingSession, tables: SearchTables, reached: Reached | None) -> int:
    """How many songs a building has come past."""
    if reached is None:
        return 0
    sql = f"SELECT count(*) FROM {_songs(session)} WHERE NOT {_BEHIND}"  # noqa: S608
    return int(session.fetch(tables.dialect.marked(sql), reached)[0][0])


def _songs(session: ReadingSession) -> str:
    return session.plans.dialect.qualified(session.plans[Song].table.name)


_BEHIND = "(title_fold, title, id) > (?, ?, ?)"
