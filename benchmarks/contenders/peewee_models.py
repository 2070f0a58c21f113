"""peewee, its connection kept open."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlsplit

import peewee

from benchmarks.contenders import ARTISTS, PAGE
from benchmarks.contenders.sqlalchemy_tables import to_dict
from karaoke_persist import Song
from karaoke_persist.models import Kind, fields_of, indexed_fields

ROWS_AT_ONCE = 500


class JSONText(peewee.TextField):
    def db_value(self, value):
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def python_value(self, value):
        return json.loads(value) if isinstance(value, str) else value  # PostgreSQL's driver has parsed it


class ISOTime(peewee.TextField):
    def db_value(self, value):
        return None if value is None else value.isoformat(timespec="microseconds")

    def python_value(self, value):
        return None if value is None else datetime.fromisoformat(value)


_FIELDS = {
    Kind.INTEGER: peewee.BigIntegerField,
    Kind.BOOLEAN: peewee.BooleanField,
    Kind.LIST: JSONText,
    Kind.OBJECT: JSONText,
    Kind.JSON: JSONText,
}


def _model(database, time_field):
    fields = {
        field.name: (time_field if field.kind is Kind.TIME else _FIELDS.get(field.kind, peewee.TextField))(
            null=field.nullable, primary_key=field.name == "id"
        )
        for field in fields_of(Song)
    }
    folds = {f"{name}_fold": peewee.TextField(null=True) for name in indexed_fields(Song)}
    meta = type("Meta", (), {"database": database, "table_name": "kp_songs"})
    return type("SongRow", (peewee.Model,), {**fields, **folds, "Meta": meta})


class Peewee:
    def __init__(self, target):
        if target.backend == "sqlite":
            synchronous = "full" if target.durability == "full" else "normal"
            self.database = peewee.SqliteDatabase(target.place, pragmas={"synchronous": synchronous})
        else:
            at = urlsplit(target.place)
            login = {"host": at.hostname, "port": at.port, "user": at.username, "password": at.password}
            self.database = peewee.PostgresqlDatabase(at.path[1:], **login, prefer_psycopg3=True)
        self.row = _model(self.database, ISOTime if target.backend == "sqlite" else peewee.DateTimeField)
        self.database.connect()

    def get(self, song_id):
        return self.row.get_by_id(song_id)

    def newest(self):
        row = self.row
        newest = row.select().where(row.date_added.is_null(False)).order_by(row.date_added.desc(), row.id.desc())
        return list(newest.limit(PAGE))

    def newest_json(self):
        return json.dumps([to_dict(row) for row in self.newest()]).encode()

    def count_up(self, song_id):
        with self.database.atomic():
            song = self.row.get_by_id(song_id)
            song.track_time_millis = (song.track_time_millis or 0) + 1
            song.save(only=[self.row.track_time_millis])
            return self.row.get_by_id(song_id)

    def save(self, batch):
        excluded = {field: peewee.EXCLUDED[field.column_name] for field in self.row._meta.sorted_fields}
        with self.database.atomic():
            for first in range(0, len(batch.mappings), ROWS_AT_ONCE):
                rows = self.row.insert_many(batch.mappings[first : first + ROWS_AT_ONCE])
                rows.on_conflict(conflict_target=[self.row.id], update=excluded).execute()

    def artists(self):
        row = self.row
        page = row.select(row.artist, peewee.fn.COUNT(row.id)).group_by(row.artist).order_by(row.artist).limit(ARTISTS)
        return list(page.tuples()), row.select(peewee.fn.COUNT(row.artist.distinct())).scalar()

    def close(self):
        self.database.close()
