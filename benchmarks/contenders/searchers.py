"""Who searches, and how its users would: `find(text, total)` gives a page of 20, and counts if that is asked for."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

import psycopg
from sqlalchemy import or_

import karaoke_persist
from benchmarks.contenders import PROJECT, SEED
from benchmarks.contenders.seed_pattern import SeedPattern
from benchmarks.contenders.sqlalchemy_orm import SongRow

LIKE, FTS5, TRIGRAMS = "LIKE, raw driver", "FTS5 as it comes", "pg_trgm"
PAGE = 20
FIELDS = "title", "artist", "album"


class Project:
    """This project."""

    def __init__(self, target):
        self.library = karaoke_persist.open(target.url, on_error="raise")

    def find(self, text, total):
        return self.library.songs.search(text, limit=PAGE, total="exact" if total else "none")

    def close(self):
        self.library.close()


class Seed(SeedPattern):
    """An ORM session, ILIKE over three columns, a count and a page."""

    def find(self, text, total):
        with self.session() as session:
            like = f"%{text}%"
            query = session.query(SongRow).filter(or_(*(getattr(SongRow, field).ilike(like) for field in FIELDS)))
            number = query.count() if total else None
            return query.order_by(SongRow.title).limit(PAGE).all(), number


class _Raw:
    """Statements on a raw connection; every word has to be in some field."""

    marker = "?"

    def find(self, text, total):
        words = text.split()
        where, values = self.condition(words)
        page = self.fetch(f"SELECT s.* FROM {self.source} WHERE {where} {self.order} LIMIT {PAGE}", values)
        return page, self.fetch(f"SELECT count(*) FROM {self.source} WHERE {where}", values) if total else None

    source, order = "kp_songs s", "ORDER BY s.title_fold, s.title, s.id"

    def condition(self, words):
        some = " OR ".join(f"s.{field}_fold LIKE {self.marker}" for field in FIELDS)
        return " AND ".join(f"({some})" for _ in words), [f"%{word}%" for word in words for _ in FIELDS]

    def close(self):
        self.connection.close()


class SQLiteLike(_Raw):
    """A scan of the folded columns."""

    def __init__(self, target):
        self.connection = sqlite3.connect(target.place)

    def fetch(self, sql, values):
        return self.connection.execute(sql, values).fetchall()


class PlainFTS5(SQLiteLike):
    """A table of FTS5 with accents removed and indexes of prefixes, best matches first. Finds no part of a word."""

    source, order = "kp_songs s JOIN words.found f ON s._rowid_ = f.rowid", "ORDER BY f.rank"

    def __init__(self, target):
        super().__init__(target)
        beside = f"{target.place}.fts5"
        with closing(sqlite3.connect(beside)) as made, suppress(sqlite3.OperationalError):
            made.execute(f"ATTACH '{target.place}' AS songs")
            kind = "tokenize=\"unicode61 remove_diacritics 2\", prefix='1 2 3'"
            made.execute(f"CREATE VIRTUAL TABLE found USING fts5({', '.join(FIELDS)}, {kind})")
            columns = ", ".join(FIELDS)
            made.execute(f"INSERT INTO found(rowid, {columns}) SELECT _rowid_, {columns} FROM songs.kp_songs")
            made.commit()
        self.connection.execute(f"ATTACH '{beside}' AS words")

    def condition(self, words):
        return "found MATCH ?", [" ".join('"' + word.replace('"', "") + '"*' for word in words)]


class PostgresLike(_Raw):
    """A scan of the folded columns."""

    marker = "%s"

    def __init__(self, target):
        self.connection = psycopg.connect(target.place, autocommit=True)

    def fetch(self, sql, values):
        return self.connection.execute(sql, values).fetchall()


class Trigrams(PostgresLike):
    """The extension's own index over the three columns, in a copy of them."""

    source, order = "trigrams s", "ORDER BY s.title_fold, s.title, s.id"

    def __init__(self, target):
        super().__init__(target)
        run = self.connection.execute
        run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        if run("SELECT to_regclass('trigrams')").fetchone() == (None,):
            run("CREATE TABLE trigrams AS SELECT * FROM kp_songs")
            columns = ", ".join(f"{field}_fold gin_trgm_ops" for field in FIELDS)
            run(f"CREATE INDEX ON trigrams USING gin ({columns})")
            run("CREATE INDEX ON trigrams (title_fold, title, id)")
            run("ANALYZE trigrams")


OTHERS = {
    "sqlite": {SEED: Seed, LIKE: SQLiteLike, FTS5: PlainFTS5},
    "postgresql": {SEED: Seed, LIKE: PostgresLike, TRIGRAMS: Trigrams},
}
EVERYBODY = {backend: {PROJECT: Project, **others} for backend, others in OTHERS.items()}
