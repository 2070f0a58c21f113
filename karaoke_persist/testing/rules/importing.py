"""Importing: what an older application has comes in once, whole, and over nothing that is here."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import pytest

from karaoke_persist import ImportOutcome, Library, Song
from karaoke_persist.testing.handles import Conformance, Opener, add_songs, contents, nothing_changes
from karaoke_persist.testing.older_databases import write_oks
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.threads import together

SONGS: Final[list[dict[str, Any]]] = [
    {"id": f"song-{number:04}", "title": f"Title {number:04}", "artist": "Björk", "duration_ms": 1_000 * number}
    for number in range(1_201)
]
"""More than two batches, so that there is something between the first and the last."""
QUEUE: Final[list[dict[str, Any]]] = [
    {"id": 1, "singer_name": "Ana", "song_id": "song-0001", "position": 7},
    {"id": 2, "singer_name": "Bob", "song_id": "song-0002", "position": -1},
    {"id": 3, "singer_name": "Eve", "song_id": "nowhere", "position": 1},
    {"id": 4, "singer_name": "Zoë", "song_id": "song-0003", "position": 7},
]


def pbkdf2(password: str) -> str:
    """A hash as Werkzeug writes it, of few rounds."""
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", 1_000).hex()
    return f"pbkdf2:sha256:1000$salt${digest}"


class ImportRules(Conformance):
    """One file, brought in."""

    @pytest.fixture
    def old(self, tmp_path: Path) -> Path:
        """Give the database of an older application."""
        return write_oks(
            tmp_path / "old.db",
            songs=SONGS,
            users=[
                {"id": 1, "username": "ana", "password_hash": pbkdf2("pw")},
                {"id": 2, "username": "Ana", "password_hash": ""},
            ],
            jobs=[{"id": "job-1", "filename": "a.mp3", "status": "odd", "song_id": "song-0001"}],
            queue=QUEUE,
        )

    @rule("W-01")
    def test_importing(self, library: Library, other: Library, old: Path) -> None:
        """An older database comes in whole: songs, users who log in as before, jobs as they stood, and the queue."""
        outcome = library.transfer.import_oks(old)
        assert written(outcome) == {"songs": 1_201, "users": 2, "jobs": 1, "karaoke_queue": 3}
        assert other.songs.count_songs() == 1_201
        assert other.songs.get_song("song-0007") == Song(**{**SONGS[7], "date_added": None, "revision": 1})
        assert [user.username for user in other.users.get_all()] == ["ana", "Ana-2"]
        assert (library.users.authenticate("ANA", "pw"), library.users.authenticate("Ana-2", "")) == (
            other.users.get("1"),
            None,
        )
        job = other.jobs.get("job-1")
        assert job is not None
        assert (job.status, job.song_id) == ("odd", "song-0001")
        assert [item.song_id for item in other.queue.view().items] == ["song-0002", "song-0001", "song-0003"]

    @rule("W-02")
    def test_importing_again(self, library: Library, other: Library, old: Path) -> None:
        """The same database again changes nothing, wherever its file lies."""
        first = library.transfer.import_oks(old)
        moved = old.rename(old.with_name("moved.db"))
        with nothing_changes(other):
            again = other.transfer.import_oks(moved)
        assert (again.source, again.total("unchanged")) == (first.source, first.total("written"))

    @rule("W-03")
    def test_what_happened_since(self, library: Library, other: Library, old: Path) -> None:
        """What was changed here since an import stays as it is, and what was deleted is not brought back."""
        library.transfer.import_oks(old)
        library.songs.patch_song("song-0001", {"title": "Mine"})
        library.songs.delete_song("song-0002")
        library.users.delete("2")
        library.jobs.delete("job-1")
        with nothing_changes(other):
            library.transfer.import_oks(old)

    @rule("W-04")
    def test_an_interrupted_import(self, library: Library, other: Library, open_library: Opener, old: Path) -> None:
        """An import that is interrupted has brought in whole batches, and the next one brings in the rest."""

        def interrupt(done: int, total: int) -> None:
            if done > 600:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            library.transfer.import_oks(old, progress=interrupt)
        there = other.songs.count_songs()
        assert 600 < there < 1_201
        rest = library.transfer.import_oks(old)
        assert (rest.total("unchanged"), rest.total("written")) == (there, 1_207 - there)
        whole = open_library("undisturbed")
        whole.transfer.import_oks(old)
        assert imported(other) == imported(whole)

    @rule("W-05")
    def test_importing_together(self, library: Library, other: Library, old: Path) -> None:
        """Two that import the same database at once bring in each row once."""
        outcomes = together(lambda: library.transfer.import_oks(old), lambda: other.transfer.import_oks(old))
        assert other.songs.count_songs() == 1_201
        assert [user.username for user in other.users.get_all()] == ["ana", "Ana-2"]
        assert len(other.queue.view().items) == 3
        assert sum(outcome.total("written") for outcome in outcomes) == 1_207
        assert sum(outcome.total("unchanged") for outcome in outcomes) == 1_207

    @rule("W-06")
    def test_dry_runs(self, library: Library, other: Library, old: Path) -> None:
        """A dry run says what an import does, and does nothing."""
        add_songs(library, Song(id="song-0001", title="Here before", artist="Unknown Artist"))
        with nothing_changes(other):
            said = library.transfer.import_oks(old, dry_run=True)
        done = library.transfer.import_oks(old)
        assert (said.tables, said.notes, said.dry_run) == (done.tables, done.notes, True)

    @rule("W-07")
    def test_what_was_here_before(self, library: Library, other: Library, old: Path) -> None:
        """Of what was here before only what is empty is filled, and the queue is gone on with behind its end."""
        add_songs(library, Song(id="song-0001", title="Mine", artist="Unknown Artist", media={"video": "a.mp4"}))
        library.queue.add("song-0001", singer="Host")
        library.users.register("ANA", user_id="1")
        outcome = library.transfer.import_oks(old)
        song = other.songs.get_song("song-0001")
        assert song is not None
        assert (song.title, song.artist, song.duration_ms, dict(song.media)) == (
            "Mine",
            "Björk",
            1_000,
            {"video": "a.mp4"},
        )
        assert [user.username for user in other.users.get_all()] == ["ANA", "ana-2", "Ana-3"]
        assert [item.singers[0].name for item in other.queue.view().items] == ["Host", "Bob", "Ana", "Zoë"]
        assert (outcome.total("filled"), outcome.total("quarantined")) == (1, 1)


def written(outcome: ImportOutcome) -> dict[str, int]:
    """How many rows of each table became something new."""
    return {table.table: table.written for table in outcome.tables}


def imported(library: Library) -> set[str]:
    """What there is, but for what depends on when it came in and on what else was made."""
    moments = ("addedAt", "importedAt", "firstAt", "createdAt", "rank", "queueRev", "path")
    return {str({name: value for name, value in row.items() if name not in moments}) for row in rows(library)}


def rows(library: Library) -> list[dict[str, Any]]:
    """Everything that is stored."""
    return [json.loads(text) for text in contents(library).values()]
