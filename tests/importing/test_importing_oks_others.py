"""Users, jobs and the queue of older databases, with their damage."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from importing_reports import reasons

from karaoke_persist import ImportOutcome, InvalidValue, Library

SONG = {"id": "a", "title": "Jóga", "artist": "Björk"}


@pytest.fixture
def importing(library: Library, old: Any) -> Callable[..., ImportOutcome]:
    """Give a function that imports tables beside one song."""
    return lambda **tables: library.transfer.import_oks(old(songs=[SONG], **tables))


# users


def test_twins_and_short_names(library: Library, importing: Any) -> None:
    """A name that is short, or another's but for case, gets a suffix; the old one is what people see."""
    names = ["spencer", "Spencer", "SPENCER", "ab", "a", "李荣浩粉丝", "dj@club.example", "a b"]
    users = [{"id": number, "username": name} for number, name in enumerate(names, start=1)]
    outcome = importing(users=users)
    found = [library.users.get(str(number)) for number in range(1, len(names) + 1)]
    assert [user.username for user in found if user] == [
        "spencer",
        "Spencer-2",
        "SPENCER-3",
        "ab-2",
        "a-2",
        "李荣浩粉丝",
        "dj@club.example",
        "a b",
    ]
    assert [user.display_name for user in found if user][:4] == [None, "Spencer", "SPENCER", "ab"]
    assert [row for _, row, _ in reasons(outcome, "repaired")] == ["2", "3", "4", "5"]


def test_a_very_long_name(library: Library, importing: Any) -> None:
    """A name over the limit is quarantined with its whole row, rather than cut into another name."""
    outcome = importing(users=[{"id": 1, "username": "x" * 501}])
    ((_, row, reason),) = reasons(outcome, "quarantined")
    assert row == "1"
    assert "500" in reason


def test_nobody(library: Library, importing: Any) -> None:
    """A user without a name is quarantined."""
    outcome = importing(users=[{"id": 1, "username": None}, {"id": 2, "username": " "}, {"id": 3, "username": ""}])
    assert sorted(row for _, row, _ in reasons(outcome, "quarantined")) == ["1", "2", "3"]
    assert library.users.count() == 0


@pytest.mark.parametrize("method", ["scrypt", "pbkdf2:sha256", "pbkdf2:sha1"])
def test_older_hashes(library: Library, importing: Any, method: str) -> None:
    """Hashes as Werkzeug writes them stay good for the log-in, and are renewed by it."""
    if method == "scrypt":
        digest = hashlib.scrypt(b"pw", salt=b"salt", n=16, r=8, p=1).hex()
        stored = f"scrypt:16:8:1$salt${digest}"
    else:
        name = method.partition(":")[2]
        stored = f"{method}:1000$salt${hashlib.pbkdf2_hmac(name, b'pw', b'salt', 1000).hex()}"
    importing(users=[{"id": 1, "username": "ana", "password_hash": stored}])
    assert library.users.authenticate("ana", "wrong") is None
    assert library.users.authenticate("ana", "pw") == library.users.get("1")


@pytest.mark.parametrize("stored", [None, "", "$2b$12$abcdefghijklmnopqrstuv", "plain"])
def test_no_log_in_without_a_hash(library: Library, importing: Any, stored: str | None) -> None:
    """Without a hash, or with one of an unknown form, nobody logs in until a password is set; it is shown nowhere."""
    outcome = importing(users=[{"id": 1, "username": "ana", "password_hash": stored}])
    assert [library.users.authenticate("ana", password) for password in ("", "plain", None)] == [None, None, None]
    library.users.set_password("1", "new")
    assert library.users.authenticate("ana", "new") is not None
    assert [note.field for note in outcome.notes] == (["password"] if stored else [])
    assert not stored or stored not in str(outcome)


def test_profiles(library: Library, importing: Any) -> None:
    """A profile comes in; empty texts are absent, and what does not fit is kept among the preferences."""
    row = {"id": 7, "username": "ana", "display_name": "", "theme": "dark", "color": "not-a-color", "is_admin": "odd"}
    importing(users=[row, {"id": 8, "username": "bob", "display_name": "B" * 501, "is_admin": 1}])
    ana, bob = library.users.get("7"), library.users.get("8")
    assert ana is not None
    assert bob is not None
    assert (ana.display_name, ana.theme, ana.color, ana.is_admin) == (None, "dark", "not-a-color", False)
    assert ana.preferences == {"oks": {"is_admin": "odd"}}
    assert (bob.display_name, bob.is_admin) == ("B" * 500, True)
    assert bob.preferences == {"oks": {"display_name": "B" * 501}}


# jobs


def test_times_of_jobs(library: Library, importing: Any) -> None:
    """They were made in UTC, but begun and ended in the time of Toronto, unless the times say otherwise."""
    row = {"id": "j", "filename": "f", "status": "completed", "created_at": "2025-06-07 22:24:11"}
    row |= {"started_at": "2025-06-07 18:24:12.000001", "completed_at": "2025-12-07T18:30:00Z"}
    importing(jobs=[row])
    job = library.jobs.get("j")
    assert job is not None
    assert job.created_at == datetime(2025, 6, 7, 22, 24, 11, tzinfo=UTC)
    assert job.started_at == datetime(2025, 6, 7, 22, 24, 12, 1, tzinfo=UTC)
    assert job.finished_at == datetime(2025, 12, 7, 18, 30, tzinfo=UTC)


def test_another_zone(library: Library, old: Any) -> None:
    """The zone is an option; an unknown one is `InvalidValue`, and nothing is imported."""
    path = old(jobs=[{"id": "j", "filename": "f", "status": "completed", "started_at": "2025-06-07 12:00:00"}])
    with pytest.raises(InvalidValue, match="Atlantis"):
        library.transfer.import_oks(path, zone="Europe/Atlantis")
    assert library.jobs.get("j") is None
    library.transfer.import_oks(path, zone="Europe/Paris")
    job = library.jobs.get("j")
    assert job is not None
    assert job.started_at == datetime(2025, 6, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize("status", ["separating", "PROCESSING", "", None])
def test_unknown_statuses(library: Library, importing: Any, status: str | None) -> None:
    """An unknown status is kept as it is and reported, and hides no other job."""
    jobs = [{"id": "odd", "filename": "f", "status": status}, {"id": "even", "filename": "f", "status": "pending"}]
    outcome = importing(jobs=jobs)
    assert {job.id: job.status for job in library.jobs.page().items} == {"odd": status or "", "even": "pending"}
    assert [(note.row, note.field) for note in outcome.notes] == [("odd", "status")]


def test_damaged_jobs(library: Library, importing: Any) -> None:
    """Progress stays a percentage, and a song that is gone is named in the payload."""
    jobs = [
        {"id": "1", "filename": "f", "status": "failed", "progress": 150, "song_id": "gone"},
        {"id": "2", "filename": "f", "status": "failed", "progress": None, "dismissed": None, "created_at": None},
    ]
    outcome = importing(jobs=jobs)
    first, second = library.jobs.get("1"), library.jobs.get("2")
    assert first is not None
    assert second is not None
    assert (first.progress, first.song_id) == (100, None)
    assert first.payload == {"missing_song_id": "gone", "oks": {"progress": 150}}
    assert (second.progress, second.dismissed, second.created_at) == (0, False, None)
    assert sorted(str(note.field) for note in outcome.notes) == ["progress", "song_id"]


# the queue


def test_positions(library: Library, old: Any) -> None:
    """Entries are ranked densely by position and id; those without a position come last; orphans are quarantined."""
    positions: list[Any] = [1, 2, 2, "abc", 5, 0, -1, None, 99]
    queue = [{"id": n, "singer_name": f"S{n}", "song_id": "a", "position": each} for n, each in enumerate(positions, 1)]
    queue.append({"id": 10, "singer_name": "S10", "song_id": "gone", "position": 3})
    outcome = library.transfer.import_oks(old(songs=[SONG], queue=queue, loose=True))
    view = library.queue.view()
    assert [item.singers[0].name for item in view.items] == ["S7", "S6", "S1", "S2", "S3", "S5", "S9", "S8", "S4"]
    assert [item.position for item in view.items] == list(range(1, 10))
    assert reasons(outcome, "quarantined") == [("karaoke_queue", "10", "the song 'gone' is not there")]
    assert [row for _, row, _ in reasons(outcome, "repaired")] == ["8", "4"]


def test_singers_without_a_name(library: Library, importing: Any) -> None:
    """An entry of nobody is queued all the same, and reported; BOB and bob are one singer."""
    names: list[Any] = ["BOB", "bob", "", None]
    queue = [{"id": n, "singer_name": each, "song_id": "a", "position": n} for n, each in enumerate(names)]
    outcome = importing(queue=queue)
    items = library.queue.view().items
    assert [item.singers[0].name for item in items] == ["BOB", "bob", "Unknown singer", "Unknown singer"]
    assert [row for _, row, _ in reasons(outcome, "repaired")] == ["2", "3"]
