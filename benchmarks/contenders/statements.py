"""The SQL that the raw drivers run: what this project does, written by hand."""

from __future__ import annotations

from benchmarks.contenders import ARTISTS, PAGE
from karaoke_persist import Song
from karaoke_persist.models import fields_of
from karaoke_persist_sql.tables import column_names

FIELDS = [field.name for field in fields_of(Song)]
ALL = ", ".join(FIELDS)
COLUMNS = column_names(Song)
NEWEST = f"SELECT {ALL} FROM kp_songs WHERE date_added IS NOT NULL ORDER BY date_added DESC, id DESC LIMIT {PAGE + 1}"
ARTISTS_PAGE = f"SELECT value, n FROM kp_songs_artist_counts ORDER BY value_fold, value LIMIT {ARTISTS}"
ARTISTS_TOTAL = "SELECT n FROM kp_songs_artist_total"
_OVERWRITE = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in ("id", "revision"))
_INTO = f"INSERT INTO kp_songs ({', '.join(COLUMNS)})"
_ON_CONFLICT = f"ON CONFLICT (id) DO UPDATE SET {_OVERWRITE}, revision = kp_songs.revision + 1"


def get(mark: str) -> str:
    return f"SELECT {ALL} FROM kp_songs WHERE id = {mark}"


def count_up(mark: str, differs: str) -> str:
    return (
        f"UPDATE kp_songs SET track_time_millis = {mark}, revision = revision + 1"
        f" WHERE id = {mark} AND track_time_millis {differs} {mark} RETURNING id, revision"
    )


def upsert(mark: str) -> str:
    return f"{_INTO} VALUES ({', '.join([mark] * len(COLUMNS))}) {_ON_CONFLICT}"


def upsert_from(table: str) -> str:
    return f"{_INTO} SELECT {', '.join(COLUMNS)} FROM {table} WHERE true {_ON_CONFLICT}"
