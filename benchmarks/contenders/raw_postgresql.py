"""psycopg: tuples, prepared statements, autocommit outside transactions, one connection kept open."""

from __future__ import annotations

import json

import psycopg

from benchmarks.contenders import BATCH, statements
from benchmarks.contenders.statements import COLUMNS, FIELDS

GET, COUNT_UP = statements.get("%s"), statements.count_up("%s", "IS DISTINCT FROM")
PLACE = FIELDS.index("track_time_millis")
BEGIN = "BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL lock_timeout = '30000ms'; LOCK TABLE kp_writer IN EXCLUSIVE MODE"


class Raw:
    def __init__(self, target):
        self.connection = psycopg.connect(target.place, autocommit=True)
        self.connection.execute("CREATE TEMPORARY TABLE staging (LIKE kp_songs)")

    def get(self, song_id):
        return self._fetch(GET, (song_id,))[0]

    def newest(self):
        return self._fetch(statements.NEWEST)

    def newest_json(self):
        return json.dumps([dict(zip(FIELDS, row, strict=True)) for row in self.newest()], default=str).encode()

    def count_up(self, song_id):
        self.connection.execute(BEGIN)
        number = (self._fetch(GET, (song_id,))[0][PLACE] or 0) + 1
        self._fetch(COUNT_UP, (number, song_id, number))
        row = self._fetch(GET, (song_id,))[0]
        self.connection.execute("COMMIT")
        return row

    def save(self, batch):
        self.connection.execute(BEGIN)
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY staging ({', '.join(COLUMNS)}) FROM STDIN") as copy,
        ):
            for row in batch.rows:
                copy.write_row(row)
        self.connection.execute(statements.upsert_from("staging"))
        self.connection.execute("TRUNCATE staging")
        self.connection.execute("COMMIT")

    def artists(self):
        return self._fetch(statements.ARTISTS_PAGE), self._fetch(statements.ARTISTS_TOTAL)

    def stream(self):
        with self.connection.transaction(), self.connection.cursor("rows") as cursor:
            cursor.execute(f"SELECT {statements.ALL} FROM kp_songs ORDER BY id")
            while rows := cursor.fetchmany(BATCH):
                yield rows

    def rows(self, statement, parameters=()):
        return self.connection.execute(statement.replace("?", "%s"), parameters).fetchall()

    def close(self):
        self.connection.close()

    def _fetch(self, statement, parameters=()):
        return self.connection.execute(statement, parameters, prepare=True).fetchall()
