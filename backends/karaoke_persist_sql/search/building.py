"""The whole index, made anew from the songs, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from karaoke_persist.contract.findings import Progress
from karaoke_persist.models import Song
from karaoke_persist_sql.search.upkeep import BATCH, Upkeep
from karaoke_persist_sql.search.versions import remember_rules

if TYPE_CHECKING:
    from karaoke_persist_sql.reading import ReadingSession
    from karaoke_persist_sql.search.tables import SearchTables
    from karaoke_persist_sql.session import WritingSession


def is_unbuilt(session: ReadingSession, tables: SearchTables) -> bool:
    """Whether there are songs to be found, and no document of any."""
    docs, songs = tables.name(tables.docs), _songs(session)
    return not session.fetch(f"SELECT 1 FROM {docs} LIMIT 1", ()) and bool(  # noqa: S608
        session.fetch(f"SELECT 1 FROM {songs} WHERE missing_since IS NULL LIMIT 1", ())  # noqa: S608
    )


def build(session: WritingSession, tables: SearchTables, progress: Progress | None = None) -> None:
    """Forget the index and make it from the songs, in the transaction of the session."""
    tables.dialect.clear(session, tables)
    upkeep, done, number = Upkeep(session, tables, session.plans.normaliser), 0, number_of_songs(session)
    for keys in keys_of_songs(session, tables):
        upkeep.replace([], upkeep.rows_of_songs(keys))
        done += len(keys)
        if progress is not None:
            progress(done, number)
    remember_rules(session, tables)
    tables.dialect.settle(session, tables)


def number_of_songs(session: ReadingSession) -> int:
    """How many songs there are."""
    return int(session.fetch(f"SELECT count(*) FROM {_songs(session)}", ())[0][0])  # noqa: S608


def keys_of_songs(session: ReadingSession, tables: SearchTables) -> Iterator[list[str]]:
    """The keys of all songs in batches, in about the order of the documents, so that these come one behind another."""
    marked = tables.dialect.marked
    select = f"SELECT title_fold, title, id FROM {_songs(session)}"  # noqa: S608
    order, last = " ORDER BY title_fold, title, id LIMIT ?", tuple[Any, ...]()
    while True:
        behind = " WHERE (title_fold, title, id) > (?, ?, ?)" if last else ""
        rows = session.fetch(marked(select + behind + order), (*last, BATCH))
        if not rows:
            return
        last = rows[-1]
        yield [key for _, _, key in rows]


def _songs(session: ReadingSession) -> str:
    return session.plans.dialect.qualified(session.plans[Song].table.name)
