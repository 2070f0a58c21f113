"""An index by newer rules is built beside the one that is asked, while readers read and writers write.

The newer rules of these tests read 0 as o, so that H0la is found by "hola" with them, and by "h0la" alone without.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Thread
from typing import Any

import pytest
from sql_databases import BACKENDS, empty_database

import karaoke_persist
from karaoke_persist import InvalidValue, Library, SchemaMismatch, Song, transfer
from karaoke_persist.contract.search import NORMALISER, Normaliser
from karaoke_persist.operations import searching
from karaoke_persist_sql.search import building

OURS = NORMALISER.version
NEWER = dataclasses.replace(NORMALISER, version=OURS + 1, letters={**NORMALISER.letters, ord("0"): "o"})
NEWEST = dataclasses.replace(NEWER, version=OURS + 2)
SONGS = [Song(id=f"s{number}", title=f"H0la {number}", artist="Nadie") for number in range(7)]


class Cut(Exception):
    """Ends a migration on its way."""


@pytest.fixture(params=BACKENDS)
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Give a library of seven songs, of which two are put into an index, or taken out, at a time."""
    monkeypatch.setattr(building, "SONGS_AT_ONCE", 2)
    if request.param == "postgres":
        monkeypatch.setattr("karaoke_persist_postgres.search.CLEARED", 2)
    for url in empty_database(request.param, request):
        with karaoke_persist.open(url, on_error="raise") as library:
            library.songs.upsert_songs(SONGS)
            yield library


@contextmanager
def newer(library: Library, *more: Any) -> Iterator[Library]:
    """The same database as a process sees it that has newer rules beside ours, or others."""
    with karaoke_persist.open(library.store.url, on_error="raise") as opened:
        rules = (NORMALISER, *(more or (NEWER,)))
        opened.store.plans.rules = {each.version: each for each in rules}
        opened.store.plans.normaliser = rules[-1]
        yield opened


def found(library: Library, text: str = "hola") -> list[str]:
    """The ids of the songs that a text finds."""
    return sorted(song.id for song in library.songs.search_songs_paginated(text)[0])


def cut_after(library: Library, batches: int) -> None:
    """Migrate until so many batches are in."""

    def progress(done: int, number: int) -> None:
        if done > 2 * batches:
            raise Cut

    with suppress(Cut):
        library.store.migrate(progress)


def test_older_rules_go_on(library: Library) -> None:
    """Whoever has newer rules opens the database, finds and writes by those of its index, and is told of it."""
    with newer(library) as ours:
        assert (ours.store.schema().state, ours.store.schema().old_rules) == ("current", OURS)
        ours.songs.create_song("H0la more", "Nadie", song_id="more")
        assert (found(ours), found(ours, "h0la")) == ([], ["more", *(song.id for song in SONGS)])
        assert ours.check() == []


def test_a_migration_makes_it_anew(library: Library) -> None:
    """After it the newer rules are asked, and nothing else is kept."""
    with newer(library) as ours:
        assert ours.store.migrate().old_rules is None
        assert found(ours) == [song.id for song in SONGS]
        assert ours.check() == []
        session = ours.store.session(read_only=True)
        assert session.fetch("SELECT count(*) FROM kp_search_docs", ())[0][0] == 0
        session.rollback()


def test_whatever_is_shown_goes_by_the_rules_that_found_it(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Highlights, and what is found without the index, follow the newer rules once they are asked."""
    monkeypatch.setattr(searching, "NORMALISERS", {OURS: NORMALISER, NEWER.version: NEWER})
    with newer(library) as ours:
        ours.store.migrate()
        assert ours.songs.search("hola 3").items[0].highlights["title"] == ((0, 4), (5, 6))
        assert ours.songs.search("hola", missing=True, total="exact").total == 7


def test_progress_is_told(library: Library) -> None:
    """How many songs are in, and of how many."""
    told: list[tuple[int, int]] = []
    with newer(library) as ours:
        ours.store.migrate(lambda *step: told.append(step))
    assert told == [(2, 7), (4, 7), (6, 7), (7, 7)]


def test_it_goes_on_where_it_was_ended(library: Library) -> None:
    """What is in already is not put in again."""
    told: list[tuple[int, int]] = []
    with newer(library) as ours:
        cut_after(ours, 2)
        ours.store.migrate(lambda *step: told.append(step))
        assert told == [(6, 7), (7, 7)]
        assert found(ours) == [song.id for song in SONGS]


def test_readers_go_on_meanwhile(library: Library) -> None:
    """Until the last transaction everybody finds by the older rules."""
    with newer(library) as ours:
        cut_after(ours, 3)
        for each in (library, ours):
            assert (found(each), len(found(each, "h0la"))) == ([], 7)


def test_those_with_older_rules_read_and_do_not_write(library: Library) -> None:
    """From the first batch on, a write of songs is `SchemaMismatch` to them; they find by their own rules."""
    with newer(library) as ours:
        for name, step in (("ana", partial(cut_after, ours, 1)), ("eva", ours.store.migrate)):
            step()
            with pytest.raises(SchemaMismatch, match=f"rules of search {OURS + 1}, expected rules of search {OURS}"):
                library.songs.create_song("New", "Nobody", song_id="new")
            assert (found(library), len(found(library, "h0la"))) == ([], 7)
            assert library.users.register(name, "a long secret").username == name
        assert ours.songs.count_songs() == 7


WRITES: dict[str, Callable[[Library], Any]] = {
    "a song before": lambda library: library.songs.create_song("A H0la", "Nadie", song_id="new"),
    "a song behind": lambda library: library.songs.create_song("Z H0la", "Nadie", song_id="new"),
    "a song comes past": lambda library: library.songs.patch_song("s6", {"title": "A H0la"}),
    "a song goes back": lambda library: library.songs.patch_song("s0", {"title": "Z H0la"}),
    "another word": lambda library: library.songs.patch_song("s3", {"title": "Adios"}),
    "gone before": lambda library: library.songs.delete_song("s0"),
    "gone behind": lambda library: library.songs.delete_song("s6"),
    "many": lambda library: library.songs.upsert_songs(
        [Song(id=key, title="Och0", artist="B") for key in ("s1", "s6", "x")]
    ),
    "missing": lambda library: library.songs.patch_song("s2", {"missing_since": "2026-01-01T00:00:00Z"}),
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("batches", [1, 3])
def test_writers_feed_both(library: Library, batches: int, write: str) -> None:
    """Whatever is written after however many batches, both indexes agree with the songs."""
    with newer(library) as ours:
        cut_after(ours, batches)
        WRITES[write](ours)
        assert ours.check() == []
        ours.store.migrate()
        assert ours.check() == []


def test_what_is_undone_is_in_neither(library: Library) -> None:
    """A rollback, and one to a savepoint, undo both indexes."""
    with newer(library) as ours:
        cut_after(ours, 2)
        with suppress(Cut), ours.transaction() as inner:
            inner.songs.create_song("H0la undone", "Nadie", song_id="undone")
            raise Cut
        with ours.transaction() as inner:
            with suppress(Cut), inner.savepoint():
                inner.songs.patch_song("s1", {"title": "Undone"})
                raise Cut
            inner.songs.patch_song("s2", {"title": "Done"})
        ours.store.migrate()
        assert ours.check() == []
        assert (found(ours, "undone"), found(ours, "done")) == ([], ["s2"])


def test_a_cursor_ends_with_its_rules(library: Library) -> None:
    """A page can be turned while another index is built, and not when that is the one that is asked."""
    with newer(library) as ours:
        cursor = ours.songs.search("h0la", limit=3).cursor
        cut_after(ours, 2)
        assert [hit.song.id for hit in ours.songs.search("h0la", limit=3, cursor=cursor).items] == ["s3", "s4", "s5"]
        ours.store.migrate()
        with pytest.raises(InvalidValue, match="start again from the first page"):
            ours.songs.search("h0la", limit=3, cursor=cursor)


def test_the_next_rules_take_the_first_place_again(library: Library) -> None:
    """An index moves to and fro between two places."""
    with newer(library) as ours:
        ours.store.migrate()
    with newer(library, NEWER, NEWEST) as ours:
        assert ours.store.schema().old_rules == NEWER.version
        cut_after(ours, 2)
        ours.songs.create_song("H0la new", "Nadie", song_id="new")
        ours.store.migrate()
        assert (len(found(ours)), ours.check()) == (8, [])


def test_one_that_was_given_up_is_begun_anew(library: Library) -> None:
    """What was built by rules that are not the newest any more is forgotten."""
    with newer(library) as before:
        cut_after(before, 2)
    with newer(library, NEWER, NEWEST) as ours:
        told: list[tuple[int, int]] = []
        ours.store.migrate(lambda *step: told.append(step))
        assert (told[0], len(found(ours)), ours.check()) == ((2, 7), 7, [])


def test_what_was_not_emptied_is_emptied_first(library: Library) -> None:
    """What one that was given up left in the second place is never found, though its songs are gone."""
    with newer(library) as before:
        cut_after(before, 2)
        session = before.store.session()
        session.execute("UPDATE kp_search_state SET building = NULL")
        session.commit()
    library.songs.delete_song("s0")
    with newer(library) as ours:
        ours.store.migrate()
        assert (len(found(ours)), ours.check()) == (6, [])


@pytest.mark.parametrize("theirs", [NORMALISER, NEWER])
def test_those_with_older_rules_leave_it_alone(library: Library, theirs: Normaliser) -> None:
    """A migration by a process that does not know the rules neither ends nor empties what others build."""
    with newer(library, NEWER, NEWEST) as ours, newer(library, theirs) as older:
        cut_after(ours, 2)
        assert older.store.migrate().state == "current"
        told: list[tuple[int, int]] = []
        ours.store.migrate(lambda *step: told.append(step))
        assert (told, len(found(ours)), ours.check()) == ([(6, 7), (7, 7)], 7, [])


def test_two_at_once(library: Library) -> None:
    """Several migrations share the work, and each song is found once."""
    with newer(library) as one, newer(library) as other:
        threads = [Thread(target=each.store.migrate) for each in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        for each in (one, other):
            assert (found(each), each.check()) == ([song.id for song in SONGS], [])


def test_a_repair_meanwhile(library: Library) -> None:
    """It mends the index that is asked by the rules it was made by, and what is being built is as right."""
    with newer(library) as ours:
        cut_after(ours, 2)
        session = ours.store.session()
        session.execute("UPDATE kp_search_docs SET title = 'xxx'")
        session.commit()
        assert ours.check(repair=True)
        assert (ours.check(), len(found(ours, "h0la"))) == ([], 7)
        ours.store.migrate()
        assert (ours.check(), len(found(ours))) == ([], 7)


def test_repaired_readings_meanwhile(library: Library) -> None:
    """Readings that a repair fills in are in both indexes."""
    with newer(library) as ours:
        ours.songs.create_song("A 사랑", "Nadie", song_id="love")
        session = ours.store.session()
        session.execute("UPDATE kp_songs SET title_readings = '{}'")
        session.commit()
        cut_after(ours, 2)
        assert ours.check(repair=True)
        ours.store.migrate()
        assert (ours.check(), found(ours, "sarang")) == ([], ["love"])


def test_there_is_a_backup_before(library: Library, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made anew is backed up before, like any other upgrade."""
    with newer(library) as ours:
        monkeypatch.setattr("karaoke_persist.transfer.backups.migrating.open_store", lambda *_: ours.store)
        done = transfer.migrate(library.store.url, backups=tmp_path / "backups")
    assert (done.before.old_rules, done.after.old_rules) == (OURS, None)
    with karaoke_persist.open("memory://", on_error="raise") as restored:
        assert done.backup is not None
        transfer.restore(done.backup.path, restored)
        assert restored.songs.count_songs() == 7
