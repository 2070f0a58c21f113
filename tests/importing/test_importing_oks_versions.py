"""Every version of its schema comes in by the columns it has."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from karaoke_persist import Library, Song
from karaoke_persist.testing.older_databases import SONGS, VERSIONS

ROW: dict[str, Any] = {
    "id": "a",
    "title": "Jóga",
    "artist": "Björk",
    "duration_ms": 305_400,
    "favorite": 1,
    "date_added": "2025-05-21 14:03:22.123456",
    "vocals_path": "a/vocals.mp3",
    "instrumental_path": "a/instrumental.mp3",
    "original_path": "a/original.mp3",
    "thumbnail_path": "a/thumbnail.jpg",
    "cover_art_path": "a/cover.jpg",
    "source": "youtube",
    "source_url": "https://example.org/a",
    "video_id": "dQw4w9WgXcQ",
    "uploader": "somebody",
    "uploader_id": "@somebody",
    "channel": "A channel",
    "channel_id": "UC1",
    "description": "line one\nline two",
    "upload_date": "2009-10-25T06:57:33",
    "mbid": "1440650711",
    "album": "Homogenic",
    "release_id": "r",
    "release_date": "1997-09-15",
    "genre": "Pop",
    "language": "en",
    "plain_lyrics": "la",
    "synced_lyrics": "[00:01.00]la",
    "channel_name": "legacy",
    "year": 1998,
    "itunes_track_id": 1,
    "itunes_artist_id": 2,
    "itunes_collection_id": 5_000_000_000,
    "track_time_millis": 305_000,
    "itunes_explicit": 0,
    "itunes_preview_url": "https://example.org/p",
    "itunes_artwork_urls": '["https://example.org/60.jpg"]',
    "itunes_raw_metadata": '{"trackId": 1}',
    "youtube_duration": 305,
    "youtube_thumbnail_urls": "[]",
    "youtube_tags": '["rock", "クイーン"]',
    "youtube_categories": '["Music"]',
    "youtube_channel_id": "UC2",
    "youtube_channel_name": "Another",
    "youtube_raw_metadata": '{"id": "x"}',
}
RENAMED = {"release_title": "album", "lyrics": "plain_lyrics", "duration": "duration_ms"}
PATHS = {"vocals_path": "vocals", "instrumental_path": "instrumental", "original_path": "original"}
PATHS |= {"thumbnail_path": "thumbnail", "cover_art_path": "cover_art"}
CONVERTED: dict[str, Any] = {
    "date_added": datetime(2025, 5, 21, 14, 3, 22, 123456, tzinfo=UTC),
    "upload_date": datetime(2009, 10, 25, 6, 57, 33, tzinfo=UTC),
    "favorite": True,
    "itunes_explicit": False,
    "itunes_artwork_urls": ("https://example.org/60.jpg",),
    "itunes_raw_metadata": {"trackId": 1},
    "youtube_thumbnail_urls": (),
    "youtube_tags": ("rock", "クイーン"),
    "youtube_categories": ("Music",),
    "youtube_raw_metadata": {"id": "x"},
}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version(library: Library, old: Any, version: str) -> None:
    """Every column that a version has becomes its field, under whichever name, and nothing is left over."""
    outcome = library.transfer.import_oks(old(version, songs=[ROW]))

    columns = {RENAMED.get(column, column) for column in SONGS[version]} - PATHS.keys()
    fields = {name: CONVERTED.get(name, ROW[name]) for name in columns}
    fields["year"] = ROW["year"] if "year" in columns else 1997
    media = {kind: ROW[column] for column, kind in PATHS.items() if column in SONGS[version]}
    assert library.songs.get_song("a") == Song(**fields, media=media, revision=1)
    assert outcome.notes == ()


def test_every_version_has_its_columns() -> None:
    """The versions under test have the numbers of columns that were counted in the application."""
    counted = {"2025-04-27": 28, "2025-06-06": 28, "2025-06-08": 45, "2025-07-06": 42, "2025-07-31": 39}
    assert {version: len(SONGS[version]) for version in counted} == counted


def test_old_columns_beside_empty_new_ones(library: Library, old: Any) -> None:
    """Where starting a newer version has added columns, the old ones give what the new ones lack."""
    library.transfer.import_oks(old("booted", songs=[ROW]))
    song = library.songs.get_song("a")
    assert song is not None
    assert (song.duration_ms, song.plain_lyrics) == (305_400, "la")


def test_what_old_and_new_columns_say_differently(library: Library, old: Any) -> None:
    """The new column counts; what the old one says beside it is kept and reported."""
    path = old("booted", songs=[ROW])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE songs SET plain_lyrics = 'new', duration_ms = 1")
    outcome = library.transfer.import_oks(path)
    song = library.songs.get_song("a")
    assert song is not None
    assert (song.duration_ms, song.plain_lyrics) == (1, "new")
    assert song.extra["oks"] == {"duration": 305.4, "lyrics": "la"}
    assert [note.field for note in outcome.notes] == ["lyrics", "duration"]


def test_the_version_table_is_not_believed(library: Library, old: Any) -> None:
    """What a table of migrations says, even in two rows, changes nothing, and is named as not imported."""
    path = old("2025-04-27", songs=[ROW])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR)")
        connection.execute("INSERT INTO alembic_version VALUES ('f4e41e18858a'), ('addbfd875d80')")
    outcome = library.transfer.import_oks(path)
    assert (outcome.total("written"), outcome.unread) == (1, {"alembic_version": 2})


def test_columns_that_no_version_has(library: Library, old: Any) -> None:
    """A column that somebody added is kept in `extra`."""
    path = old(songs=[ROW])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE songs ADD COLUMN Rating INTEGER")
        connection.execute("UPDATE songs SET Rating = 5")
    library.transfer.import_oks(path)
    song = library.songs.get_song("a")
    assert song is not None
    assert song.extra == {"oks": {"rating": 5}}


def test_a_database_of_songs_alone(library: Library, old: Any) -> None:
    """Tables that are not there are not missed."""
    path = old(songs=[ROW])
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in ("users", "jobs", "karaoke_queue"):
            connection.execute(f"DROP TABLE {table}")
    assert [table.table for table in library.transfer.import_oks(path).tables] == ["songs"]


@pytest.mark.parametrize("version", ["2025-04-27", "migrated", "2025-06-06", "2025-07-06"])
def test_jobs_of_every_version(library: Library, old: Any, version: str) -> None:
    """Jobs come in with what their version says of them; the rest is at its defaults."""
    job = {"id": "j", "filename": "a.mp3", "status": "failed", "progress": 50, "error": "boom", "notes": "free text"}
    later = {"title": "Jóga", "artist": "Björk", "song_id": "a", "status_message": "half", "dismissed": 1}
    phases = {"phase": "done", "phase_message": "sep", "retry_count": 3, "task_id": "celery-1"}
    library.transfer.import_oks(old(version, songs=[ROW], jobs=[{**job, **later, **phases}]))
    found = library.jobs.get("j")
    assert found is not None
    assert (found.kind, found.status, found.progress, found.error, found.notes) == (
        "oks",
        "failed",
        50,
        "boom",
        "free text",
    )
    known = {"2025-04-27": set[str](), "migrated": {"song_id", "status_message"}}.get(version, set(later))
    expected = {name: value for name, value in later.items() if name in known}
    assert found.title == expected.get("title")
    assert (found.song_id, found.message) == (expected.get("song_id"), expected.get("status_message"))
    assert found.dismissed is bool(expected.get("dismissed"))
    whole = {"task_id": "celery-1", **({} if version != "2025-07-06" else {k: phases[k] for k in phases})}
    assert found.payload == {"oks": whole}
