"""Damaged rows of songs come in with what can be saved, and every repair is reported."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from importing_reports import reasons

from karaoke_persist import Library, Song
from karaoke_persist.testing.older_databases import SONGS, fill

SongOf = Callable[..., tuple[Song, list[tuple[str | None, str]]]]
NOON = datetime(2025, 7, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-07-06 12:00:00.000000", NOON),
        ("2025-07-06T12:00:00", NOON),
        ("2025-07-06 12:00:00", NOON),
        ("2025-07-06T12:00:00Z", NOON),
        ("2025-07-06T14:00:00+02:00", NOON),
        ("2025-07-06 12:00", NOON),
        ("2025-07-06", datetime(2025, 7, 6, tzinfo=UTC)),
        (1_751_803_200, NOON),
        (1_751_803_200.25, NOON.replace(microsecond=250_000)),
        (1_751_803_200_000, NOON),
        ("1751803200", NOON),
        (None, None),
        ("", None),
    ],
)
def test_times(song_of: SongOf, text: Any, moment: datetime | None) -> None:
    """Every form of time that the application has written is read; what is absent stays so, and is not today."""
    song, repairs = song_of(date_added=text)
    assert (song.date_added, repairs) == (moment, [])


@pytest.mark.parametrize("value", ["July 6 2025", "soon", 354_320, -1, 1e300, "9999-99-99", b"\xff\x00"])
def test_what_is_no_time(song_of: SongOf, value: Any) -> None:
    """What cannot be read as a time is kept as it was, and reported."""
    song, repairs = song_of("2025-07-06", date_added=value)
    assert song.date_added is None
    assert [field for field, _ in repairs] == ["date_added"]
    kept = song.extra["oks"]["date_added"]
    assert kept == {"hex": "ff00"} if isinstance(value, bytes) else str(kept) == str(value)


@pytest.mark.parametrize(
    ("column", "value", "field", "expected"),
    [
        ("duration_ms", "354320", "duration_ms", 354_320),
        ("duration_ms", 0, "duration_ms", 0),
        ("duration_ms", 1.6, "duration_ms", 2),
        ("year", "1975", "year", 1975),
        ("favorite", "true", "favorite", True),
        ("favorite", None, "favorite", False),
        ("favorite", "0", "favorite", False),
        ("mbid", 1_440_650_711, "mbid", "1440650711"),
        ("youtube_tags", "null", "youtube_tags", None),
        ("youtube_tags", "", "youtube_tags", None),
        ("title", "  padded  ", "title", "  padded  "),
        ("title", "Line\nBreak\tTab\x07", "title", "Line\nBreak\tTab\x07"),
        ("title", "👩‍👩‍👧 עברית", "title", "👩‍👩‍👧 עברית"),
        ("title", "x" * 500, "title", "x" * 500),
        ("vocals_path", "", "media", {}),
    ],
)
def test_what_needs_no_repair(song_of: SongOf, column: str, value: Any, field: str, expected: Any) -> None:
    """Another spelling of the same thing is no damage."""
    song, repairs = song_of("2025-07-06", **{column: value})
    assert (getattr(song, field), repairs, song.extra) == (expected, [], {})


@pytest.mark.parametrize(
    ("column", "value", "field", "expected", "said"),
    [
        ("artist", None, "artist", "Unknown Artist", "it was absent"),
        ("artist", "", "artist", "Unknown Artist", "it was absent"),
        ("title", None, "title", "Unknown Title", "it was absent"),
        ("title", "\u200b ", "title", "Unknown Title", "nothing that could be seen"),
        ("title", b"\xff\x00\xfe", "title", "Unknown Title", "no UTF-8"),
        ("title", "a\x00b", "title", "a\ufffdb", "cannot be stored"),
        ("title", "é" * 251, "title", "é" * 250, "too long"),
        ("title", "x" + "🎤" * 125, "title", "x" + "🎤" * 124, "too long"),
        ("duration_ms", "abc", "duration_ms", None, "no number"),
        ("duration_ms", -5, "duration_ms", None, "no duration"),
        ("duration_ms", 1e999, "duration_ms", None, "no number"),
        ("year", 0, "year", None, "no year"),
        ("year", "1975-11-21", "year", None, "no number"),
        ("year", 19.75, "year", None, "no whole number"),
        ("favorite", "maybe", "favorite", False, "neither yes nor no"),
        ("itunes_artist_id", 1e30, "itunes_artist_id", None, "no whole number|out of range"),
        ("youtube_tags", "['Music']", "youtube_tags", None, "no JSON"),
        ("youtube_raw_metadata", "{truncated", "youtube_raw_metadata", None, "no JSON"),
        ("youtube_tags", "[NaN]", "youtube_tags", None, "no JSON"),
        ("youtube_tags", "[" * 100_000, "youtube_tags", None, "no JSON"),
        ("youtube_tags", "[99999999999999999999]", "youtube_tags", None, "no JSON"),
        ("description", b"\x80", "description", None, "no UTF-8"),
    ],
)
def test_repairs(song_of: SongOf, column: str, value: Any, field: str, expected: Any, said: str) -> None:
    """What does not fit is reported, and kept whole in `extra` under its column, unless there was nothing."""
    song, repairs = song_of("2025-07-06", **{column: value})
    assert getattr(song, field) == expected
    ((name, reason),) = repairs
    assert name == column
    assert any(part in reason for part in said.split("|"))
    kept = song.extra.get("oks", {}).get(column)
    assert kept == (None if value in (None, "") else as_json(value))


def as_json(value: Any) -> Any:
    """A value as `extra` keeps it."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, str) and "\x00" in value:
        return {"hex": value.encode().hex()}
    return str(value) if isinstance(value, float) and value > 1e300 else value


def test_text_over_the_limit_is_kept_whole(song_of: SongOf) -> None:
    """Text over sixteen megabytes is cut, and the whole is in `extra`, in parts that fit."""
    lyrics = "é" * (9 * 2**20)
    song, _ = song_of(plain_lyrics=lyrics)
    assert song.plain_lyrics is not None
    assert len(song.plain_lyrics.encode()) <= 2**24
    assert "".join(song.extra["oks"]["plain_lyrics"]) == lyrics


@pytest.mark.parametrize(
    ("given", "path", "said"),
    [
        ("a/vocals.mp3", "a/vocals.mp3", None),
        ("./a//vocals.mp3", "a/vocals.mp3", None),
        ("a\\vocals.mp3", "a/vocals.mp3", "backslashes"),
        ("/home/x/library/a/vocals.mp3", "a/vocals.mp3", "absolute"),
        ("C:\\Karaoke\\a\\vocals.mp3", "a/vocals.mp3", "absolute"),
        ("/home/x/elsewhere/vocals.mp3", None, "absolute"),
        ("../a/vocals.mp3", None, "out of the library"),
        ("/home/x/library/a/../../../etc/passwd", None, "out of the library"),
        ("https://example.org/vocals.mp3", None, "an address"),
        ("x" * 4_097, None, "longer than any system"),
    ],
)
def test_paths(song_of: SongOf, given: str, path: str | None, said: str | None) -> None:
    """Absolute and backslash paths are mapped, below the folder that is named like the song, and reported."""
    song, repairs = song_of(vocals_path=given)
    assert song.media.get("vocals") == path
    assert [name for name, _ in repairs] == ([] if said is None else ["vocals_path"])
    assert said is None or said in repairs[0][1]
    assert song.extra == ({} if path is not None else {"oks": {"vocals_path": given}})


@pytest.mark.parametrize(
    ("root", "given", "path"),
    [
        ("/srv/library", "/srv/library/x/y.mp3", "x/y.mp3"),
        ("/srv/library/", "/srv/library/x/y.mp3", "x/y.mp3"),
        ("/srv/library", "/srv/library2/x/y.mp3", None),
        ("D:\\Lib", "d:\\lib\\x\\y.mp3", "x/y.mp3"),
        ("/srv/library", "/elsewhere/a/y.mp3", "a/y.mp3"),
    ],
)
def test_the_old_library_folder(library: Library, old: Any, root: str, given: str, path: str | None) -> None:
    """With the old library folder, paths below it become relative, whatever the folder of the song is called."""
    songs = [{"id": "a", "title": "t", "artist": "x", "vocals_path": given}]
    library.transfer.import_oks(old(songs=songs), old_root=root)
    (song,) = library.songs.get_songs()
    assert song.media.get("vocals") == path


def test_rows_without_keys(library: Library, old: Any) -> None:
    """Without constraints, a row that repeats a key is quarantined, and one without an id gets one."""
    rows = [
        {"id": "a", "title": "One", "artist": "x"},
        {"id": "a", "title": "Two", "artist": "x"},
        {"id": None, "title": "Three", "artist": "x"},
        {"id": "x" * 201, "title": "Four", "artist": "x"},
    ]
    path = old(songs=rows, loose=True)
    outcome = library.transfer.import_oks(path)
    assert sorted(song.title for song in library.songs.get_songs()) == ["Four", "One", "Three"]
    assert reasons(outcome, "quarantined") == [("songs", "a", "the key 'a' came before")]
    assert outcome.quarantine is not None
    (line,) = outcome.quarantine.read_text().splitlines()
    assert json.loads(line)["values"]["title"] == "Two"
    assert library.transfer.import_oks(path).total("unchanged") == 3


def test_shifted_columns(library: Library, old: Any, tmp_path: Path) -> None:
    """Rows in which every value after the artist stands one column too far are put back, and only those."""
    healthy = {
        "id": "healthy",
        "title": "t",
        "artist": "x",
        "duration_ms": 1_000,
        "date_added": "2025-05-21 14:03:22",
        "vocals_path": "healthy/vocals.mp3",
        "source": "youtube",
        "source_url": "https://example.org",
        "video_id": "dQw4w9WgXcQ",
        "youtube_raw_metadata": "{}",
        "genre": "Rock",
        "language": "en",
    }
    columns = SONGS["2025-07-31"]
    after = list(columns[columns.index("artist") + 1 :])
    values = [healthy.get(column) for column in after]
    shifted = {**healthy, "id": "shifted", **dict(zip(after, [values[-1], *values[:-1]], strict=True))}
    path = old(songs=[healthy])
    with closing(sqlite3.connect(path)) as connection, connection:
        fill(connection, "songs", columns, [shifted])

    outcome = library.transfer.import_oks(path)

    songs = library.songs.get_songs_by_ids(["healthy", "shifted"])
    assert songs["shifted"].to_dict() == {**songs["healthy"].to_dict(), "id": "shifted"}
    assert [(note.row, note.field) for note in outcome.notes] == [("shifted", "*")]


@pytest.mark.parametrize(
    "columns",
    [
        {"date_added": 354_320},
        {"mbid": "1987-07-25 00:00:00", "duration_ms": "abc", "vocals_path": "a/vocals.mp3"},
        {"date_added": "2025-05-21", "source_url": "youtube", "video_id": "https://example.org"},
    ],
)
def test_what_is_not_shifted(song_of: SongOf, columns: dict[str, Any]) -> None:
    """One odd column, or one that speaks against it, leaves a row as it is."""
    _, repairs = song_of("2025-07-06", **columns)
    assert "*" not in [name for name, _ in repairs]
