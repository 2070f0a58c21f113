"""Databases of PiKaraoke: songs by their files and, where there are any, what was played in which session."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from posixpath import commonpath, dirname
from typing import Any, Final

from karaoke_persist.contract.importing import Conversion, Draft, ImportSettings, NewPlay, OpenedSource, Raw
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import MEDIA_KINDS, Song
from karaoke_persist.transfer.importing.source.columns import Columns
from karaoke_persist.transfer.importing.source.names import UNKNOWN_ARTIST, UNKNOWN_TITLE, media_kind, named
from karaoke_persist.transfer.importing.source.sqlite_files import SourceDatabase, source_database

ASIDE: Final = "pikaraoke"
SOURCE: Final = "pikaraoke"
_PLAYED: Final = ("session_id", "performer", "played_at")


@contextmanager
def opened(path: Path, settings: ImportSettings) -> Iterator[OpenedSource]:
    """Open a copy of its database."""
    with source_database(path) as database:
        database.require("songs", "id", "file_path")
        root = settings.old_root or _common_folder(database)
        songs = database.source_table(
            "songs", lambda raw, conversion: _song(raw, conversion, root), join={"artifacts": _artifacts(database)}
        )
        tables = [songs]
        if all(name in database.columns("plays") for name in _PLAYED):
            tables.append(database.source_table("plays", _play))
        read = {"songs", "song_artifacts", "metadata", *(table.name for table in tables)}
        yield OpenedSource(tables, database.unread(read | {"sessions"}))


def _common_folder(database: SourceDatabase) -> str | None:
    """The folder that all files are in: PiKaraoke has one, and does not say in the database which."""
    paths = [path.replace("\\", "/") for (path,) in database.select("SELECT file_path FROM songs") if _is_path(path)]
    try:
        return commonpath(map(dirname, paths)) or None if paths else None
    except ValueError:  # absolute and relative ones, which have nothing in common
        return None


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _artifacts(database: SourceDatabase) -> Mapping[Any, str]:
    """Further files of a song, by its id, as JSON."""
    found: dict[Any, list[Sequence[Any]]] = {}
    if {"song_id", "role", "path"} <= set(database.columns("song_artifacts")):
        for song_id, role, path in database.select("SELECT song_id, role, path FROM song_artifacts ORDER BY rowid"):
            found.setdefault(song_id, []).append((str(role), str(path)))
    return {song_id: json.dumps(files) for song_id, files in found.items()}


def _song(raw: Raw, conversion: Conversion, root: str | None) -> Draft:
    columns = Columns(raw, conversion)
    artist, title = named(columns.text("file_path") or "")
    media = _media(columns, root)
    seconds = columns.milliseconds("duration_seconds", of_seconds=True)
    fields = {
        "album": columns.indexed("album"),
        "year": columns.integer("year"),
        "release_date": columns.text("release_date"),
        "genre": columns.text("genre"),
        "language": columns.text("language"),
        "video_id": columns.text("youtube_id"),
        "source_url": columns.text("source_url"),
        "mbid": columns.text("musicbrainz_recording_id"),
        "checksum": columns.text("audio_sha256"),
        "duration_ms": seconds,
    }
    return Song(
        id=conversion.id_of("songs", raw["id"]),
        title=columns.indexed("title") or _fit(columns, title) or UNKNOWN_TITLE,
        artist=columns.indexed("artist") or _fit(columns, artist) or UNKNOWN_ARTIST,
        date_added=columns.time("created_at"),
        source=SOURCE,
        media=media,
        extra={ASIDE: {**columns.rest(), **columns.aside}},
        **{name: value for name, value in fields.items() if value is not None},
    )


def _fit(columns: Columns, text: str | None) -> str | None:
    return None if text is None else columns.fitting(text)


def _media(columns: Columns, root: str | None) -> dict[str, str]:
    path = columns.path("file_path", root=root)
    media = {} if path is None else {media_kind(path): path}
    for role, place in columns.json("artifacts") or ():
        kind = role if role in MEDIA_KINDS else media_kind(place)
        mapped = columns.mapped(place, root=root)
        if mapped is not None and (role in MEDIA_KINDS or kind != "original"):
            media.setdefault(kind, mapped)
    return media


def _play(raw: Raw, conversion: Conversion) -> Draft:
    columns = Columns(raw, conversion)
    started, performer = columns.time("played_at"), columns.indexed("performer")
    if started is None or performer is None:
        raise InvalidValue("plays", dict(raw), "who sang it, or when, is not said")
    return NewPlay(
        night=str(raw["session_id"]),
        song_id=conversion.id_of("songs", raw.get("song_id")),
        singers=(performer,),
        started_at=started,
        ended_at=columns.time("ended_at"),
        completed=bool(columns.boolean("completed")),
        title=columns.indexed("song_title"),
    )
