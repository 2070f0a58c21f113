"""Files of PiKaraoke, Karaoke Eternal and OpenKJ, made by SQL as those applications make them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from importing_reports import reasons

from karaoke_persist import InvalidValue, Library

Made = Callable[[str], Path]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Give a function that makes a database of SQL."""

    def making(script: str) -> Path:
        with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
            connection.executescript(script)
        return tmp_path / "other.db"

    return making


def by_title(library: Library) -> dict[str, Any]:
    """The songs by their titles."""
    return {song.title: song for song in library.songs.get_songs()}


PIKARAOKE = """
CREATE TABLE songs (id INTEGER PRIMARY KEY AUTOINCREMENT, file_path TEXT UNIQUE NOT NULL, youtube_id TEXT,
    format TEXT NOT NULL, artist TEXT, title TEXT, variant TEXT, year INTEGER, genre TEXT,
    metadata_status TEXT DEFAULT 'pending', created_at TEXT DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT);
INSERT INTO songs (id, file_path, youtube_id, format, artist, title, year, created_at, variant) VALUES
    (1, '/srv/songs/Björk - Jóga---dQw4w9WgXcQ.mp4', 'dQw4w9WgXcQ', 'mp4', 'Björk', 'Jóga', 1997,
     '2026-01-09 20:00:00', 'live'),
    (2, '/srv/songs/more/Queen - Bohemian Rhapsody [abcdefghijk].mp4', 'abcdefghijk', 'mp4', NULL, NULL, NULL,
     '2026-01-09 20:00:01', NULL),
    (3, '/srv/songs/untitled.cdg', NULL, 'cdg', NULL, NULL, NULL, '2026-01-09 20:00:02', NULL);
"""
PLAYS = """
CREATE TABLE sessions (id INTEGER PRIMARY KEY, uuid TEXT, name TEXT, started_at TEXT, ended_at TEXT);
CREATE TABLE plays (id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL, song_id INTEGER, performer TEXT NOT NULL,
    played_at TEXT, completed INTEGER DEFAULT 0, ended_at TEXT, song_title TEXT);
INSERT INTO sessions VALUES (1, 'u', 'Party', '2026-02-01 20:00:00', NULL);
INSERT INTO plays VALUES
    (1, 1, 1, 'Ana', '2026-02-01 20:00:00', 1, '2026-02-01 20:05:00', 'Jóga'),
    (2, 1, 1, 'bob', '2026-02-01 20:10:00', 0, '2026-02-01 20:11:00', 'Jóga'),
    (3, 1, NULL, 'Ana', '2026-02-01 21:00:00', 1, NULL, 'Gone'),
    (4, 1, NULL, 'Ana', '2026-02-01 21:00:00', 1, NULL, NULL);
"""
ARTIFACTS = """
ALTER TABLE songs ADD COLUMN duration_seconds REAL;
ALTER TABLE songs ADD COLUMN album TEXT;
UPDATE songs SET duration_seconds = 305.4, album = 'Homogenic' WHERE id = 1;
CREATE TABLE song_artifacts (id INTEGER PRIMARY KEY, song_id INTEGER NOT NULL, role TEXT NOT NULL, path TEXT NOT NULL);
INSERT INTO song_artifacts (song_id, role, path) VALUES (1, 'vocals', '/srv/songs/joga/vocals.mp3'),
    (1, 'subtitles', '/srv/songs/joga.ass'), (1, 'media', '/srv/songs/Björk - Jóga---dQw4w9WgXcQ.mp4'),
    (1, 'vocals', '/elsewhere/vocals.mp3');
"""


def test_pikaraoke(library: Library, made: Made) -> None:
    """Songs come in with their files below the common folder; what has no title is called as its file is."""
    outcome = library.transfer.import_file("pikaraoke", made(PIKARAOKE))
    songs = by_title(library)
    assert set(songs) == {"Jóga", "Bohemian Rhapsody", "untitled"}
    joga, rhapsody, untitled = songs["Jóga"], songs["Bohemian Rhapsody"], songs["untitled"]
    assert (joga.artist, joga.year, joga.video_id) == ("Björk", 1997, "dQw4w9WgXcQ")
    assert joga.date_added == datetime(2026, 1, 9, 20, tzinfo=UTC)
    assert dict(joga.media) == {"video": "Björk - Jóga---dQw4w9WgXcQ.mp4"}
    assert dict(rhapsody.media) == {"video": "more/Queen - Bohemian Rhapsody [abcdefghijk].mp4"}
    assert (rhapsody.artist, untitled.artist) == ("Queen", "Unknown Artist")
    assert dict(untitled.media) == {"cdg": "untitled.cdg"}
    assert joga.extra["pikaraoke"]["variant"] == "live"
    assert (outcome.total("written"), outcome.total("quarantined"), outcome.unread) == (3, 0, {})


def test_files_of_a_song_in_pikaraoke(library: Library, made: Made) -> None:
    """Further files become the kinds that their roles or endings say; the first of a kind counts."""
    library.transfer.import_file("pikaraoke", made(PIKARAOKE + ARTIFACTS))
    joga = by_title(library)["Jóga"]
    video = "Björk - Jóga---dQw4w9WgXcQ.mp4"
    assert dict(joga.media) == {"lyrics": "joga.ass", "video": video, "vocals": "joga/vocals.mp3"}
    assert (joga.duration_ms, joga.album) == (305_400, "Homogenic")


def test_what_was_played_in_pikaraoke(library: Library, made: Made) -> None:
    """Plays become performances of one night, skips among them; a song that is gone keeps its name in history."""
    path = made(PIKARAOKE + PLAYS)
    outcome = library.transfer.import_file("pikaraoke", path)
    page = library.history.get_performances_page()
    assert [(sung.performance.title, sung.performance.status) for sung in page.items] == [
        ("Gone", "completed"),
        ("Jóga", "skipped"),
        ("Jóga", "completed"),
    ]
    assert [sung.singers[0].name for sung in page.items] == ["Ana", "bob", "Ana"]
    assert {sung.performance.night_id for sung in page.items} == {page.items[0].performance.night_id}
    assert by_title(library)["Jóga"].play_count == 1
    (night,) = library.history.get_nights_page().items
    assert (night.opened_at, night.closed_at) == (
        datetime(2026, 2, 1, 20, tzinfo=UTC),
        datetime(2026, 2, 1, 21, tzinfo=UTC),
    )
    assert [row for _, row, _ in reasons(outcome, "quarantined")] == ["4"]
    assert library.transfer.import_file("pikaraoke", path).total("unchanged") == 6
    assert by_title(library)["Jóga"].play_count == 1


ETERNAL = """
CREATE TABLE artists (artistId integer PRIMARY KEY, name text NOT NULL, nameNorm text NOT NULL);
CREATE TABLE songs (songId integer PRIMARY KEY, artistId integer NOT NULL, title text NOT NULL, titleNorm text);
CREATE TABLE paths (pathId integer PRIMARY KEY, path text NOT NULL, priority integer NOT NULL);
CREATE TABLE media (mediaId integer PRIMARY KEY, songId integer NOT NULL, pathId integer NOT NULL,
    relPath text NOT NULL, duration integer NOT NULL, isPreferred integer(1) NOT NULL DEFAULT(0),
    dateAdded integer NOT NULL DEFAULT(0),
    dateUpdated integer NOT NULL DEFAULT(0));
CREATE TABLE rooms (roomId integer PRIMARY KEY, name text NOT NULL, status text NOT NULL, password text,
    dateCreated text NOT NULL);
CREATE TABLE queue (queueId integer PRIMARY KEY, roomId integer NOT NULL, songId integer NOT NULL,
    userId integer NOT NULL);
CREATE TABLE artistStars (userId integer NOT NULL, artistId integer NOT NULL);
CREATE TABLE songStars (userId integer NOT NULL, songId integer NOT NULL);
CREATE TABLE users (userId integer PRIMARY KEY, username text NOT NULL, password text NOT NULL, name text NOT NULL,
    isAdmin integer(1) NOT NULL, image blob, dateCreated integer NOT NULL DEFAULT(0));
CREATE TABLE prefs (key text PRIMARY KEY NOT NULL, data text NOT NULL);
INSERT INTO prefs VALUES ('isFirstRun', 'false');
INSERT INTO artists VALUES (1, 'Björk', 'bjork'), (2, 'Queen', 'queen');
INSERT INTO songs VALUES (1, 1, 'Jóga', 'joga'), (2, 2, 'Innuendo', 'innuendo'), (3, 9, 'Orphan', 'orphan');
INSERT INTO paths VALUES (1, '/srv/a', 0), (2, '/srv/b', 1);
INSERT INTO media VALUES (1, 1, 2, 'Jóga.mp4', 305, 0, 1700000000, 0), (2, 1, 1, 'sub/Jóga.mp3', 306, 1, 0, 0),
    (3, 2, 1, 'Innuendo.mp4', 390, 0, 0, 0);
INSERT INTO rooms VALUES (1, 'Main', 'open', NULL, '2024'), (2, 'Old', 'closed', NULL, '2023');
INSERT INTO users VALUES (1, 'host', '$2b$12$abc', 'The Host', 1, x'ffd8', 1700000000),
    (2, 'ana', '', 'Ana', 0, NULL, 0);
INSERT INTO songStars VALUES (2, 1), (2, 9);
INSERT INTO artistStars VALUES (2, 2);
"""


def test_karaoke_eternal(library: Library, made: Made) -> None:
    """Each medium of a song becomes a version of it, the preferred one being the one that is named elsewhere."""
    outcome = library.transfer.import_file("karaoke-eternal", made(ETERNAL))
    songs = library.songs.get_songs_page(sort_by="title").items
    assert [(song.title, song.artist, song.duration_ms) for song in songs] == [
        ("Innuendo", "Queen", 390_000),
        *sorted([("Jóga", "Björk", 306_000), ("Jóga", "Björk", 305_000)], key=lambda each: order(songs).index(each[2])),
        ("Orphan", "Unknown Artist", None),
    ]
    (ana,) = [user for user in library.users.get_all() if user.username == "ana"]
    (liked,) = library.favorites.get_songs_page(ana.id).items
    assert dict(liked.song.media) == {"original": "sub/Jóga.mp3"}
    assert library.favorites.count_artists(ana.id) == 1
    assert outcome.unread == {"prefs": 1}
    assert [table for table, _, _ in reasons(outcome, "quarantined")] == ["songStars"]


def order(songs: Any) -> list[int | None]:
    """Durations in the order of the songs: two of the same title go by their ids, which are digests."""
    return [song.duration_ms for song in songs]


def test_users_of_karaoke_eternal(library: Library, made: Made) -> None:
    """Users come in with what they are; their bcrypt hashes are not known here, so that they need a password."""
    outcome = library.transfer.import_file("karaoke-eternal", made(ETERNAL))
    host = library.users.get_by_username("host")
    assert host is not None
    assert (host.display_name, host.is_admin, host.created_at) == (
        "The Host",
        True,
        datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
    )
    assert host.preferences == {"karaoke-eternal": {"userid": 1, "image": {"hex": "ffd8"}}}
    assert ("users", "1", "password") in [(note.table, note.row, note.field) for note in outcome.notes]


ROLES = """
CREATE TABLE roles (roleId integer PRIMARY KEY, name text NOT NULL, data text NOT NULL DEFAULT('{}'));
INSERT INTO roles (roleId, name) VALUES (1, 'admin'), (2, 'player'), (3, 'standard'), (4, 'guest');
ALTER TABLE users ADD COLUMN roleId integer NOT NULL DEFAULT 3;
UPDATE users SET roleId = 1 WHERE userId = 1;
INSERT INTO users (userId, username, password, name, isAdmin, roleId) VALUES (3, 'guest-3', 'x', 'Bob', 0, 4);
ALTER TABLE users DROP COLUMN isAdmin;
"""


def test_roles_of_karaoke_eternal(library: Library, made: Made) -> None:
    """Since it has roles, these say who is an admin and who a guest."""
    library.transfer.import_file("karaoke-eternal", made(ETERNAL + ROLES))
    roles = {user.username: (user.is_admin, user.is_guest) for user in library.users.get_all()}
    assert roles == {"host": (True, False), "ana": (False, False), "guest-3": (False, True)}


LINKED = """
ALTER TABLE queue ADD COLUMN prevQueueId INTEGER;
INSERT INTO queue VALUES (1, 1, 1, 2, 3), (2, 1, 2, 2, NULL), (3, 1, 3, 1, 2), (4, 1, 2, 1, 99), (5, 2, 1, 1, NULL);
"""
POSITIONED = """
ALTER TABLE queue ADD COLUMN position TEXT;
INSERT INTO queue VALUES (1, 1, 1, 2, 'a5'), (2, 1, 2, 2, 'a1'), (3, 1, 3, 1, 'a3');
"""


@pytest.mark.parametrize(
    ("queue", "titles"),
    [
        ("INSERT INTO queue VALUES (1, 1, 1, 2), (2, 1, 2, 2);", ["Jóga", "Innuendo"]),
        (LINKED, ["Innuendo", "Orphan", "Jóga", "Innuendo"]),
        (POSITIONED, ["Innuendo", "Orphan", "Jóga"]),
    ],
)
def test_queues_of_karaoke_eternal(library: Library, made: Made, queue: str, titles: list[str]) -> None:
    """In the order of rows, chain or positions; a broken chain loses nobody, and closed rooms are left out."""
    library.transfer.import_file("karaoke-eternal", made(ETERNAL + queue))
    items = library.queue.view().items
    assert [item.title for item in items] == titles
    ana = library.users.get_by_username("ana")
    assert ana is not None
    assert ("Ana", ana.id) in [singer for item in items for singer in item.singers]


OPENKJ = """
CREATE TABLE dbSongs (songid INTEGER PRIMARY KEY AUTOINCREMENT, Artist COLLATE NOCASE, Title COLLATE NOCASE,
    DiscId COLLATE NOCASE, 'Duration' INTEGER, path VARCHAR(700) NOT NULL UNIQUE, filename COLLATE NOCASE,
    searchstring TEXT);
CREATE TABLE rotationSingers (singerid INTEGER PRIMARY KEY AUTOINCREMENT, name COLLATE NOCASE UNIQUE,
    'position' INTEGER NOT NULL, 'regular' LOGICAL DEFAULT(0), 'regularid' INTEGER);
CREATE TABLE queueSongs (qsongid INTEGER PRIMARY KEY AUTOINCREMENT, singer INT, song INTEGER NOT NULL, artist INT,
    title INT, discid INT, path INT, keychg INT, played LOGICAL DEFAULT(0), 'position' INT);
CREATE TABLE sourceDirs (path VARCHAR(255) UNIQUE, pattern INTEGER);
CREATE TABLE bmsongs (songid INTEGER PRIMARY KEY AUTOINCREMENT, Artist, Title, path VARCHAR(700) NOT NULL UNIQUE);
INSERT INTO bmsongs (path) VALUES ('/bm/x.mp3');
INSERT INTO sourceDirs VALUES ('/srv/kj', 0), ('/srv/kj/sub', 0);
INSERT INTO dbSongs VALUES (1, 'Björk', 'Jóga', 'SC1001', 305000, '/srv/kj/SC1001 - Björk - Jóga.zip', 'f', 's'),
    (2, '', '', '!!BAD!!', 0, '/srv/kj/sub/Queen - Innuendo.cdg', 'f', 's'),
    (3, 'x', 'Away', NULL, NULL, 'D:\\away\\x.mp4', 'f', 's');
INSERT INTO rotationSingers (singerid, name, position) VALUES (1, 'Ana', 1), (2, 'Bob', 0);
INSERT INTO queueSongs (qsongid, singer, song, keychg, played, position) VALUES (1, 1, 1, -2, 0, 0), (2, 1, 2, 0, 0, 1),
    (3, 2, 2, 0, 1, 0), (4, 2, 3, 0, 0, 1), (5, 9, 1, 0, 0, 0), (6, 2, 99, 0, 0, 2);
"""
HISTORY = """
ALTER TABLE dbSongs ADD COLUMN plays INT DEFAULT(0);
ALTER TABLE dbSongs ADD COLUMN lastplay TIMESTAMP;
UPDATE dbSongs SET plays = 7, lastplay = '2021-01-01T20:00:00' WHERE songid = 1;
CREATE TABLE historySingers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);
CREATE TABLE historySongs (id INTEGER PRIMARY KEY AUTOINCREMENT, historySinger INT NOT NULL, filepath TEXT NOT NULL,
    artist TEXT, title TEXT, songid TEXT, keychange INT DEFAULT(0), plays INT DEFAULT(0), lastplay TIMESTAMP);
INSERT INTO historySingers VALUES (1, 'Ana');
INSERT INTO historySongs VALUES (1, 1, '/srv/kj/SC1001 - Björk - Jóga.zip', 'Björk', 'Jóga', 'SC1001', -3, 5,
    '2021-01-01T21:00:00'), (2, 1, '/gone.zip', 'x', 'Gone', NULL, 0, 1, '2021-01-02T21:00:00'),
    (3, 1, '/gone.zip', 'x', 'Never', NULL, 0, 0, NULL);
"""


def test_openkj(library: Library, made: Made) -> None:
    """Songs come in with their files below the folders that it scanned; what is marked as bad is hidden."""
    outcome = library.transfer.import_file("openkj", made(OPENKJ))
    songs = by_title(library)
    joga, innuendo, away = songs["Jóga"], songs["Innuendo"], songs["Away"]
    assert (joga.artist, joga.duration_ms, joga.hidden) == ("Björk", 305_000, False)
    assert dict(joga.media) == {"original": "SC1001 - Björk - Jóga.zip"}
    assert joga.extra["openkj"]["discid"] == "SC1001"
    assert (innuendo.artist, innuendo.hidden, dict(innuendo.media)) == ("Queen", True, {"cdg": "Queen - Innuendo.cdg"})
    assert (dict(away.media), away.extra["openkj"]["path"]) == ({}, "D:\\away\\x.mp4")
    assert outcome.unread == {"bmsongs": 1, "queueSongs (played, or of nobody)": 2}


def test_the_rotation_of_openkj(library: Library, made: Made) -> None:
    """The queue is round by round in the order of its singers, with their keys; played songs are not queued again."""
    library.transfer.import_file("openkj", made(OPENKJ))
    items = library.queue.view().items
    assert [(item.singers[0].name, item.title, item.key_shift) for item in items] == [
        ("Bob", "Away", 0),
        ("Ana", "Jóga", -2),
        ("Ana", "Innuendo", 0),
    ]


def test_the_history_of_openkj(library: Library, made: Made) -> None:
    """What its singers sang is in the history once, at the time that is known; how often is said in the report."""
    outcome = library.transfer.import_file("openkj", made(OPENKJ + HISTORY), zone="America/New_York")
    page = library.history.get_performances_page()
    assert [(sung.performance.title, sung.performance.key_shift) for sung in page.items] == [("Gone", 0), ("Jóga", -3)]
    assert page.items[1].performance.started_at == datetime(2021, 1, 2, 2, tzinfo=UTC)
    assert [(table, row) for table, row, _ in reasons(outcome, "quarantined")] == [
        ("queueSongs", "6"),
        ("historySongs", "3"),
    ]
    assert ("historySongs", "1", "plays") in [(note.table, note.row, note.field) for note in outcome.notes]
    assert by_title(library)["Jóga"].extra["openkj"]["plays"] == 7


@pytest.mark.parametrize("form", ["pikaraoke", "karaoke-eternal", "openkj"])
def test_again(library: Library, made: Made, form: str) -> None:
    """A second import of any format changes nothing."""
    path = made({"pikaraoke": PIKARAOKE + PLAYS, "karaoke-eternal": ETERNAL + LINKED, "openkj": OPENKJ + HISTORY}[form])
    first = library.transfer.import_file(form, path)
    again = library.transfer.import_file(form, path)
    assert again.total("unchanged") == first.total("written") > 3
    assert again.total("quarantined") == first.total("quarantined") > 0


@pytest.mark.parametrize("form", ["pikaraoke", "karaoke-eternal", "openkj"])
def test_none_of_its_files(library: Library, made: Made, form: str) -> None:
    """A database of another application is `InvalidValue`."""
    with pytest.raises(InvalidValue, match="no database of this kind"):
        library.transfer.import_file(form, made("CREATE TABLE songs (name TEXT)"))
