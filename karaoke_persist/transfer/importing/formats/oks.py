"""Databases of Open Karaoke Studio.

Its schema changed often, and its columns say more than any version number: starting the application adds columns
without a migration, and a rename leaves the old column beside an empty new one. Columns are therefore detected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from karaoke_persist.contract.importing import (
    Conversion,
    Draft,
    ImportSettings,
    NewEntry,
    NewUser,
    OpenedSource,
    Raw,
)
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Job, Song
from karaoke_persist.models.job import JOB_STATUSES
from karaoke_persist.models.text import ID_BYTES
from karaoke_persist.transfer.importing.formats.oks_shifted import put_back
from karaoke_persist.transfer.importing.options import zone_named
from karaoke_persist.transfer.importing.source.columns import Columns
from karaoke_persist.transfer.importing.source.names import UNKNOWN_ARTIST, UNKNOWN_TITLE
from karaoke_persist.transfer.importing.source.sqlite_files import source_database

ZONE: Final = "America/Toronto"
"""In which the application keeps the times of its jobs' beginnings and ends, without saying so."""
ASIDE: Final = "oks"
"""The name in `extra`, `preferences` and `payload` under which is kept what has no field."""
NOBODY: Final = "Unknown singer"
_TEXTS: Final = (
    "source",
    "source_url",
    "video_id",
    "uploader",
    "uploader_id",
    "channel",
    "channel_id",
    "channel_name",
    "description",
    "mbid",
    "release_id",
    "release_date",
    "genre",
    "language",
    "synced_lyrics",
    "itunes_preview_url",
    "youtube_channel_id",
    "youtube_channel_name",
)
_INTEGERS: Final = (
    "itunes_artist_id",
    "itunes_collection_id",
    "itunes_track_id",
    "track_time_millis",
    "youtube_duration",
)
_JSON: Final = (
    "itunes_artwork_urls",
    "itunes_raw_metadata",
    "youtube_thumbnail_urls",
    "youtube_tags",
    "youtube_categories",
    "youtube_raw_metadata",
)
_PATHS: Final = {
    "vocals_path": "vocals",
    "instrumental_path": "instrumental",
    "original_path": "original",
    "thumbnail_path": "thumbnail",
    "cover_art_path": "cover_art",
}
_YEAR: Final = re.compile(r"[12]\d{3}")
# Positions that are no numbers come last; of the others, the place in the table decides where they are the same.
_QUEUE_ORDER: Final = "typeof(position) NOT IN ('integer', 'real'), position, id, rowid"


@contextmanager
def opened(path: Path, settings: ImportSettings) -> Iterator[OpenedSource]:
    """Open a copy of its database."""
    zone = zone_named(settings.zone or ZONE)
    with source_database(path) as database:
        database.require("songs", "id", "title", "artist")
        columns = database.columns("songs")
        tables = [
            database.source_table("songs", partial(_song, columns)),
            database.source_table("users", _user),
            database.source_table("jobs", lambda raw, conversion: _job(raw, conversion, zone)),
            database.source_table("karaoke_queue", _entry, order=_QUEUE_ORDER)
            if "position" in database.columns("karaoke_queue")
            else database.source_table("karaoke_queue", _entry),
        ]
        read = {table.name for table in tables}
        yield OpenedSource([table for table in tables if table.name in database.tables], database.unread(read))


# songs


def _song(order: list[str], raw: Raw, conversion: Conversion) -> Draft:
    columns = Columns(put_back(order, raw, conversion), conversion)
    song_id = _song_id(columns, conversion)
    fields: dict[str, Any] = {name: columns.text(name) for name in _TEXTS}
    fields |= {name: columns.integer(name) for name in _INTEGERS}
    fields |= {name: columns.json(name) for name in _JSON}
    fields |= {
        "album": columns.first("album", "release_title", take=columns.indexed),
        "plain_lyrics": columns.first("plain_lyrics", "lyrics", take=columns.text),
        "duration_ms": columns.first("duration_ms", "duration", take=lambda name: _duration(columns, name)),
        "year": _year(columns, fields["release_date"]),
        "favorite": columns.boolean("favorite"),
        "itunes_explicit": columns.boolean("itunes_explicit"),
        "upload_date": columns.time("upload_date"),
    }
    given = {name: value for name, value in fields.items() if value is not None}
    return Song(
        id=song_id,
        title=_named(columns, conversion, "title", UNKNOWN_TITLE),
        artist=_named(columns, conversion, "artist", UNKNOWN_ARTIST),
        date_added=columns.time("date_added"),  # also None: the day of the import would be a lie
        media=_media(columns, song_id, conversion),
        extra=_aside(columns),
        **given,
    )


def _song_id(columns: Columns, conversion: Conversion) -> str:
    value = columns.text("id")
    if value is None:
        made = conversion.id_of("songs", sorted((name, repr(each)) for name, each in columns.rest().items()))
        conversion.repaired("id", f"it was absent, and is {made!r} now")
        return made
    if len(value.encode()) > ID_BYTES or not value.strip():
        columns.set_aside("id", "it is longer than an id may be, or empty")
        return conversion.id_of("songs", value)
    return value


def _named(columns: Columns, conversion: Conversion, name: str, otherwise: str) -> str:
    found = columns.indexed(name)
    if found is None and name not in columns.aside:
        conversion.repaired(name, f"it was absent, and is {otherwise!r} now")
    return found or otherwise


def _duration(columns: Columns, name: str) -> int | None:
    return columns.milliseconds(name, of_seconds=name == "duration")


def _year(columns: Columns, release_date: str | None) -> int | None:
    """The year; where it is absent that of the release, as the application shows it."""
    year = columns.integer("year")
    if year == 0:
        columns.set_aside("year", "0 is no year")
    if year or release_date is None:
        return year or None
    found = _YEAR.match(release_date)
    return None if found is None else int(found[0])


def _media(columns: Columns, song_id: str, conversion: Conversion) -> dict[str, str]:
    root = conversion.settings.old_root
    paths = {kind: columns.path(name, root=root, folder=song_id) for name, kind in _PATHS.items()}
    return {kind: path for kind, path in paths.items() if path is not None}


def _aside(columns: Columns) -> dict[str, Any]:
    """What could not be taken over as it was, and the columns that no version is known to have."""
    kept = {**columns.rest(), **columns.aside}
    return {ASIDE: kept} if kept else {}


# users


def _user(raw: Raw, conversion: Conversion) -> Draft:
    columns = Columns(raw, conversion)
    user_id = columns.text("id") or conversion.id_of("users", repr(sorted(columns.rest().items(), key=repr)))
    username = columns.text("username")
    if username is None:
        raise InvalidValue("User.username", None, "there is no name to call the user by")
    profile: dict[str, Any] = {
        "display_name": columns.indexed("display_name"),
        "theme": columns.text("theme"),
        "color": columns.text("color"),
        "is_admin": columns.boolean("is_admin") or False,
    }
    password_hash = columns.raw("password_hash")
    return NewUser(
        user_id=user_id,
        username=username,
        profile={**profile, "preferences": _aside(columns)},
        password_hash=None if password_hash is None else str(password_hash),
    )


# jobs


def _job(raw: Raw, conversion: Conversion, zone: Any) -> Draft:
    columns = Columns(raw, conversion)
    for name in ("task_id", "phase", "phase_message", "retry_count"):
        columns.keep(name)
    fields: dict[str, Any] = {
        "title": columns.text("title"),
        "artist": columns.text("artist"),
        "song_id": columns.text("song_id"),
        "filename": columns.text("filename"),
        "message": columns.text("status_message"),
        "error": columns.text("error"),
        "notes": columns.text("notes"),
        "progress": _progress(columns),
        "dismissed": columns.boolean("dismissed") or False,
        "created_at": columns.time("created_at"),
        "started_at": columns.time("started_at", zone),
        "finished_at": columns.time("completed_at", zone),
    }
    status = _status(columns, conversion)
    job_id = columns.text("id") or conversion.id_of("jobs", repr(sorted(columns.rest().items(), key=repr)))
    return Job(id=job_id, kind=ASIDE, status=status, payload=_aside(columns), **fields)


def _status(columns: Columns, conversion: Conversion) -> str:
    status = columns.text("status") or ""
    if status not in JOB_STATUSES:
        conversion.repaired("status", f"{status!r} is no status that is known here; it is kept")
    return status


def _progress(columns: Columns) -> int:
    progress = columns.integer("progress") or 0
    if not 0 <= progress <= 100:
        columns.set_aside("progress", f"{progress} is no percentage")
    return min(max(progress, 0), 100)


# the queue


def _entry(raw: Raw, conversion: Conversion) -> Draft:
    columns = Columns(raw, conversion)
    singer = columns.indexed("singer_name")
    if singer is None:
        conversion.repaired("singer_name", f"it was absent, and is {NOBODY!r} now")
    if not isinstance(raw.get("position"), int | float):
        conversion.repaired("position", f"{raw.get('position')!r} is no position: it comes last")
    return NewEntry(song_id=columns.text("song_id") or "", singers=((singer or NOBODY, None),))
