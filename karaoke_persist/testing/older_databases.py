"""Databases as older applications have left them, made by SQL: what the rules of importing read.

The columns of Open Karaoke Studio are those of its versions of 2025, named by the day.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

Row = Mapping[str, Any]


def _names(text: str) -> list[str]:
    return text.split()


def _renamed(columns: Iterable[str], **names: str) -> list[str]:
    return [names.get(column, column) for column in columns]


_FIRST: Final = _names(
    "id title artist duration favorite date_added vocals_path instrumental_path original_path thumbnail_path "
    "cover_art_path source source_url video_id uploader uploader_id channel channel_id description upload_date mbid "
    "release_title release_id release_date genre language lyrics synced_lyrics"
)
_ITUNES: Final = _names("itunes_artist_id itunes_collection_id track_time_millis itunes_explicit itunes_preview_url")
_YOUTUBE: Final = _names(
    "youtube_thumbnail_urls youtube_tags youtube_categories youtube_channel_id youtube_channel_name "
    "youtube_raw_metadata"
)
_DROPPED: Final = ("itunes_track_id", "youtube_duration", "itunes_raw_metadata")
_JOBS: Final = _names("id filename status progress task_id created_at started_at completed_at error notes")
_ALBUM: Final = _renamed(_FIRST, release_title="album")
_JUNE: Final = [*_ALBUM, "year", "channel_name", *_ITUNES, "itunes_artwork_urls", *_DROPPED, *_YOUTUBE]
_JULY: Final = [each for each in _renamed(_JUNE, duration="duration_ms") if each not in _DROPPED]
_GONE: Final = ("favorite", "cover_art_path", "itunes_artwork_urls")
_LAST: Final = [each for each in _renamed(_JULY, lyrics="plain_lyrics") if each not in _GONE]

SONGS: Final[Mapping[str, Sequence[str]]] = {
    "2025-04-27": _FIRST,
    "2025-06-06": _FIRST,
    "2025-06-08": _JUNE,
    "2025-07-06": _JULY,
    "2025-07-31": _LAST,
    "migrated": [*(each for each in _JUNE if each != "channel_name"), "duration_ms", "plain_lyrics"],
    "booted": [*_JUNE, "plain_lyrics", "duration_ms"],
}
"""The columns of songs by version. `migrated` is what its migrations leave, `booted` June's as July's has patched it:
there the new columns stand empty beside the old ones."""

JOBS: Final[Mapping[str, Sequence[str]]] = {
    "2025-04-27": _JOBS,
    "migrated": [*_JOBS, "status_message", "song_id"],
    "2025-06-06": [*_JOBS, "status_message", "song_id", "title", "artist", "dismissed"],
    "2025-06-08": [
        *_JOBS,
        *("status_message", "song_id", "title", "artist", "dismissed", "phase_message", "phase", "retry_count"),
    ],
}
USERS: Final = ("id", "username", "password_hash", "display_name", "theme", "color", "is_admin")
QUEUE: Final = ("id", "singer_name", "song_id", "position")
VERSIONS: Final = tuple(SONGS)
_TYPES: Final = {
    **dict.fromkeys(("date_added", "upload_date", "created_at", "started_at", "completed_at"), "DATETIME"),
    **dict.fromkeys(("favorite", "dismissed", "is_admin", "itunes_explicit"), "BOOLEAN"),
    **dict.fromkeys(("duration_ms", "year", "progress", "retry_count", "position"), "INTEGER"),
    **dict.fromkeys(("itunes_artist_id", "itunes_collection_id", "itunes_track_id", "track_time_millis"), "INTEGER"),
    "id": "VARCHAR PRIMARY KEY",
    "youtube_duration": "INTEGER",
    "duration": "FLOAT",
}
_OLD_NAMES: Final = {"plain_lyrics": "lyrics", "album": "release_title"}


def write_oks(
    path: Path,
    version: str = "2025-07-31",
    *,
    songs: Sequence[Row] = (),
    users: Sequence[Row] = (),
    jobs: Sequence[Row] = (),
    queue: Sequence[Row] = (),
    loose: bool = False,
) -> Path:
    """Write a database of Open Karaoke Studio. Rows name the columns of the last version; each gets those it has.

    With `loose`, tables have no constraints, as `CREATE TABLE … AS SELECT` leaves them.
    """
    tables: Mapping[str, tuple[Sequence[str], Sequence[Row]]] = {
        "songs": (SONGS[version], [_as_of(version, song) for song in songs]),
        "users": (USERS, users),
        "jobs": (JOBS.get(version, JOBS["2025-06-08"]), jobs),
        "karaoke_queue": (QUEUE, queue),
    }
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, (columns, rows) in tables.items():
            defined = ", ".join(f"{column} {'' if loose else _type(table, column)}" for column in columns)
            connection.execute(f"CREATE TABLE {table} ({defined})")
            fill(connection, table, columns, rows)
    return path


def fill(connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows, each with those of its values that the table has columns for."""
    marks = ", ".join("?" * len(columns))
    values = [[row.get(column) for column in columns] for row in rows]
    connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)


def _type(table: str, column: str) -> str:
    if column == "id" and table in ("users", "karaoke_queue"):
        return "INTEGER PRIMARY KEY"
    return _TYPES.get(column, "VARCHAR")


def _as_of(version: str, song: Row) -> Row:
    """A song in the columns of a version: seconds before July, and older names."""
    old = {old: song[new] for new, old in _OLD_NAMES.items() if new in song}
    milliseconds = song.get("duration_ms")
    seconds = {"duration": milliseconds / 1000} if isinstance(milliseconds, int) else {}
    empty = dict.fromkeys(("duration_ms", "plain_lyrics")) if version == "booted" else {}
    return {**old, **seconds, **song, **empty}
