"""Python's own `sqlite3`: tuples, no types, one connection kept open."""

from __future__ import annotations

import json
import sqlite3

from benchmarks.contenders import BATCH, statements
from benchmarks.contenders.statements import FIELDS

GET, COUNT_UP, UPSERT = statements.get("?"), statements.count_up("?", "IS NOT"), statements.upsert("?")
PLACE = FIELDS.index("track_time_millis")


class Raw:
    def __init__(self, target):
        self.connection = sqlite3.connect(target.place, isolation_level=None, check_same_thread=False)
        self.connection.execute(f"PRAGMA synchronous = {'FULL' if target.durability == 'full' else 'NORMAL'}")

    def get(self, song_id):
        execute = self.connection.execute
        execute("BEGIN")
        row = execute(GET, (song_id,)).fetchone()
        execute("COMMIT")
        return row

    def newest(self):
        return self.connection.execute(statements.NEWEST).fetchall()

    def newest_json(self):
        return json.dumps([dict(zip(FIELDS, row, strict=True)) for row in self.newest()]).encode()

    def count_up(self, song_id):
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        number = (execute(GET, (song_id,)).fetchone()[PLACE] or 0) + 1
        execute(COUNT_UP, (number, song_id, number)).fetchall()
        row = execute(GET, (song_id,)).fetchone()
        execute("COMMIT")
        return row

    def save(self, batch):
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(UPSERT, batch.rows)
        self.connection.execute("COMMIT")

    def artists(self):
        execute = self.connection.execute
        execute("BEGIN")
        found = execute(statements.ARTISTS_PAGE).fetchall(), execute(statements.ARTISTS_TOTAL).fetchone()
        execute("COMMIT")
        return found

    def stream(self):
        cursor = self.connection.execute(f"SELECT {statements.ALL} FROM kp_songs ORDER BY id")
        while rows := cursor.fetchmany(BATCH):
            yield rows

    def rows(self, statement, parameters=()):
        return self.connection.execute(statement, parameters).fetchall()

    def close(self):
        self.connection.close()
