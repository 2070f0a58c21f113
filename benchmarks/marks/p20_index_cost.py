"""P20: what the index of search costs: writes with it and without, its share of the database, the time to build it.

Both libraries are this project's; one is a copy of the other that has lost its index. A bulk is one transaction, a
single song one of its own, at `relaxed`, lest the disk hide the difference.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from time import perf_counter, process_time
from unittest.mock import patch

import psycopg

from benchmarks import search_songs
from benchmarks.contenders.project import Project
from benchmarks.harness import AGAIN, Action, Effort, Result, Verdict, in_turns, result_of
from karaoke_persist_postgres.dialect import PostgresDialect
from karaoke_persist_sql.search.building import build
from karaoke_persist_sql.search.indexes import Index
from karaoke_persist_sqlite.dialect import SQLiteDialect

BULK = 5_000
BARE, INDEXED = "without the index", "with the index"
LIMITS = {"a single insert": 3.5, "a bulk": 4.5}
MOST_SHARE = 0.35
_SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'kp%'",
}


def run(context) -> Iterator[Result]:
    kept, lost = (
        context.targets.copy(context.backend, context.songs, "relaxed", "search", label)
        for label in ("copy", "copy_without_index")
    )
    new = list(search_songs.songs(context.songs + BULK))[context.songs :][: 500 if context.quick else BULK]
    with ExitStack() as stack:
        indexed = stack.enter_context(closing(Project(kept)))
        bare = stack.enter_context(closing(_without_index(indexed, lost)))
        yield _sized(context, kept, lost)
        for what, songs, effort in (
            ("a bulk", new, context.effort.shorter(4)),
            ("a single insert", new[:1], Effort(3 * context.effort.rounds)),
        ):
            libraries = {BARE: bare, BARE + AGAIN: bare, INDEXED: indexed}
            actions = {name: _insertion(library, songs) for name, library in libraries.items()}
            title = f"{what} of {len(songs):,}, per song"
            result = result_of(in_turns(actions, effort), "P20", title, context.backend, context.songs)
            result.verdicts.append(Verdict(f"{what} against one {BARE}", result.ratios[INDEXED], LIMITS[what]))
            yield result
        yield _built(context, indexed)  # last, for PostgreSQL does not give back what it took


def _insertion(project, songs) -> Action:
    ids = [song.id for song in songs]
    return Action(lambda: project.songs.upsert_songs(songs), lambda: project.forget(ids), len(songs))


def _without_index(indexed, target) -> Project:
    """A library like the other, that keeps no index and has none."""
    indexes = indexed.library.store.layout.search
    tables = [table.name for table in indexes.all]
    grams = [f"{indexes.places[0].prefix}_grams"] if target.backend == "sqlite" else []
    _execute(target, [*(f"DROP TABLE {name}" for name in grams + tables), "VACUUM"])
    dialect = SQLiteDialect if target.backend == "sqlite" else PostgresDialect
    with patch.object(dialect, "search", None), patch("karaoke_persist_sql.layout._layouts", {}):
        return Project(target)


def _built(context, indexed) -> Result:
    """The whole index made anew, and not kept."""
    store = indexed.library.store
    session = store.session()
    began, worked = perf_counter(), process_time()
    build(session, Index(store.layout.search.places[0], store.plans.normaliser))
    took, worked = perf_counter() - began, process_time() - worked
    session.rollback()
    rows = {"elapsed": took, "processor time of this process": worked}
    return Result("P20", "the index built anew", context.backend, context.songs, rows, dict.fromkeys(rows, 1.0))


def _sized(context, kept, lost) -> Result:
    _execute(kept, ["VACUUM"])
    whole, rest = (_size(target) for target in (kept, lost))
    share = (whole - rest) / whole
    result = Result("P20", "the index in the database", context.backend, context.songs, {}, {})
    result.verdicts.append(Verdict("share of the database", share, MOST_SHARE, unit="of it"))
    result.notes.append(f"{whole / 1e6:,.0f} MB with the index, {rest / 1e6:,.0f} MB without")
    return result


def _size(target) -> int:
    with closing(_connected(target)) as connection:
        return int(connection.execute(_SIZES[target.backend]).fetchone()[0])


def _execute(target, statements) -> None:
    with closing(_connected(target)) as connection:
        for statement in statements:
            connection.execute(statement)


def _connected(target):
    if target.backend == "sqlite":
        return sqlite3.connect(target.place, isolation_level=None)
    return psycopg.connect(target.place, autocommit=True)
