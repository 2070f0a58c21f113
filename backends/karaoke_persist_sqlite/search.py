"""Grams in SQLite: a full-text index without contents, whose row ids are the documents' places.

It holds which documents have a gram and nothing more (`detail=none`, no sizes), and is read in the order of row ids,
which is the order in which songs are shown. A document is taken out by telling its grams again.
See https://www.sqlite.org/fts5.html, sections 4.4.3 (contentless tables) and 6.6 (the delete command).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from karaoke_persist_sql.search import (
    Clause,
    GramCheck,
    GramQuery,
    PlacedRow,
    SearchDialect,
    SearchTables,
    Source,
    grams_of,
)
from karaoke_persist_sqlite.gram_check import FullTextCheck
from karaoke_persist_sqlite.gram_counts import add, counts_of, creation_of, subtract

_OPTIONS = "grams, content='', detail=none, columnsize=0, tokenize='ascii'"
_SETTINGS = {"hashsize": 4 << 20, "automerge": 2}
"""A question looks through every tree of postings, one by one. A thousand documents fit into memory and become one
tree, and two of a size are merged; by itself, FTS5 would split them and wait for four."""


class SQLiteSearch(SearchDialect):
    """FTS5, beside the table of documents."""

    counts_grams = True

    def creation(self, tables: SearchTables) -> Sequence[str]:
        """The table of grams, and how its trees are merged."""
        name = _grams(tables)
        settings = (f"INSERT INTO {name} ({name}, rank) VALUES ('{key}', {value})" for key, value in _SETTINGS.items())  # noqa: S608
        return (f"CREATE VIRTUAL TABLE {name} USING fts5({_OPTIONS})", *settings, creation_of(_counts(tables)))

    def marked(self, sql: str) -> str:
        """SQLite's marks are question marks."""
        return sql

    def contains(self, column: str) -> str:
        """No wildcards, and upper is not lower case."""
        return f"instr({column}, ?) > 0"

    def among(self, column: str, kind: Literal["text", "integer"]) -> str:
        """A JSON array."""
        return f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608

    def store_grams(self, session: Any, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """One row for each document; some are counted."""
        sql = f"INSERT INTO {_grams(tables)} (rowid, grams) VALUES (?, ?)"  # noqa: S608
        session.run_many(sql, [(place, " ".join(grams_of(row))) for place, row in rows])
        add(session, _counts(tables), rows)

    def remove_grams(self, session: Any, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """The index has to be told what it held."""
        name = _grams(tables)
        sql = f"INSERT INTO {name} ({name}, rowid, grams) VALUES ('delete', ?, ?)"  # noqa: S608
        session.run_many(sql, [(place, " ".join(grams_of(row))) for place, row in rows])
        subtract(session, _counts(tables), rows)

    def clear(self, session: Any, tables: SearchTables) -> None:
        """The full-text index first."""
        name = _grams(tables)
        session.execute(f"INSERT INTO {name} ({name}) VALUES ('delete-all')")  # noqa: S608
        session.execute(f"DELETE FROM {_counts(tables)}")  # noqa: S608
        super().clear(session, tables)

    def settle(self, session: Any, tables: SearchTables) -> None:
        """One tree of postings instead of many, which questions would have to look through one by one."""
        name = _grams(tables)
        session.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")  # noqa: S608

    def gram_check(self, session: Any, tables: SearchTables) -> GramCheck:
        """They stand apart from the documents, so they may disagree."""
        return FullTextCheck(session, _grams(tables), _counts(tables))

    def gram_counts(self, session: Any, tables: SearchTables, grams: Sequence[str]) -> Mapping[str, int]:
        """From the table of counts."""
        return counts_of(session, _counts(tables), grams)

    def source(self, tables: SearchTables, grams: GramQuery, *, docs: bool = True) -> Source:
        """The full-text index leads, so that documents come in its order."""
        if not grams.needed:
            return Source(f"{tables.name(tables.docs)} AS d", Clause(""), "d.place")
        name = _grams(tables)
        joined = f" CROSS JOIN {tables.name(tables.docs)} AS d ON d.place = {name}.rowid" if docs else ""
        return Source(f"{name}{joined}", Clause(f"{name} MATCH ?", (match_text(grams),)), f"{name}.rowid")


def match_text(grams: GramQuery) -> str:
    """The question as FTS5 reads it."""
    needed = " AND ".join(_either(alternatives) for alternatives in grams.needed)
    return f"({needed}) NOT ({_joined(grams.without, ' OR ')})" if grams.without else needed


def _either(alternatives: Iterable[tuple[str, ...]]) -> str:
    return f"({' OR '.join(_joined(grams, ' AND ') for grams in alternatives)})"


def _joined(grams: Iterable[str], word: str) -> str:
    return "(" + word.join(f'"{gram}"' for gram in grams) + ")"


def _grams(tables: SearchTables) -> str:
    return f"{tables.prefix}_grams"


def _counts(tables: SearchTables) -> str:
    return f"{tables.prefix}_gram_counts"
