"""Whole libraries from one backend to another."""

from __future__ import annotations

import tracemalloc
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import karaoke_persist
from karaoke_persist import DataCorrupt, IncompleteStore, InvalidValue, Unavailable, Unsupported, hookimpl, transfer
from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.lived_in import PASSWORD, everything, many_songs
from karaoke_persist.testing.samples import song


@pytest.mark.backend("postgres")
def test_round_the_house(old, empty, tmp_path: Path, postgres_server: Any):
    """From memory to SQLite to PostgreSQL and back to memory nothing is lost: redirects, history, log-in, undo."""
    database = postgres_server.create()
    with ExitStack() as stack:
        stack.callback(postgres_server.drop, database)
        urls = (f"sqlite:///{tmp_path}/a.db", postgres_server.url(database))
        way = [old, *(stack.enter_context(Place(url).open()) for url in urls), empty]
        digests = {transfer.copy(here, there).digest for here, there in pairwise(way)}
        assert len(digests) == 1
        assert everything(empty) == everything(old)
        assert empty.users.authenticate("ana", PASSWORD) is not None
        assert empty.songs.get_song("twin") == old.songs.get_song("twin")
        assert empty.history.get_performances_page() == old.history.get_performances_page()
        before = [entry.id for entry in old.queue.entries()]
        empty.queue.undo()
        assert [entry.id for entry in empty.queue.entries()] != before


@pytest.mark.backend("sqlite")
def test_memory_stays_flat(tmp_path: Path):
    """Four times as many songs need hardly more memory: a copy holds a range at a time."""
    peaks = []
    for number in (3_000, 12_000):
        places = [Place(f"sqlite:///{tmp_path}/{number}-{side}.db") for side in ("from", "to")]
        with places[0].open() as source, places[1].open() as target:
            many_songs(source, number)
            tracemalloc.start()
            transfer.copy(source, target)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_the_same_store_is_no_target(old):
    """A library is not copied into itself."""
    with pytest.raises(InvalidValue, match="the source itself"):
        transfer.copy(old, old)


def test_a_target_that_lacks_a_model(old):
    """Rows that would have no place are refused before anything is written."""
    with karaoke_persist.open("memory://") as target, pytest.raises(Unsupported, match=r"Shelf.*same `models`"):
        transfer.copy(old, target)
    with karaoke_persist.open("memory://") as source, Place("memory://").open() as target:
        assert transfer.copy(source, target).written == 0


def test_a_target_that_others_write_to(songs):
    """A target that does not come to rest is given up, and stays marked."""
    many_songs(songs, 10)
    with karaoke_persist.open("memory://busy") as target:
        years = iter(range(10_000, 20_000))

        def meddle(done: int, total: int) -> None:
            target.songs.patch_song("s00003", {"year": next(years)})

        with pytest.raises(Unavailable, match="changes while it is copied into"):
            transfer.copy(songs, target, progress=meddle)
        with pytest.raises(IncompleteStore):
            karaoke_persist.open("memory://busy")


def test_listeners_hear_of_it_once_for_each_model(old):
    """A host's caches need not be told of every row."""
    heard: list[Any] = []

    class Ear:
        @hookimpl
        def karaoke_after_commit(self, changes):
            heard.extend(changes)

    with Place("memory://").open(plugins=[Ear()]) as target:
        transfer.copy(old, target)
    assert {change.kind for change in heard} == {"copied"}
    assert {(change.key, change.before, change.after) for change in heard} == {("", 0, 0)}
    assert "Song" in {change.model for change in heard}


def test_progress_ends_where_it_should(songs):
    """Every row is written and read back; the numbers rise to the total."""
    many_songs(songs, 2_500)
    told: list[tuple[int, int]] = []
    with karaoke_persist.open("memory://") as target:
        transfer.copy(songs, target, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == [1_000, 2_000, 2_500, 3_500, 4_500, 5_000]
    assert {total for _, total in told} == {5_000}


def test_a_row_that_cannot_be_decoded_stops_a_copy(tmp_path: Path):
    """A copy without it would pass for a whole one."""
    import sqlite3

    url = f"sqlite:///{tmp_path}/a.db"
    with karaoke_persist.open(url) as source, karaoke_persist.open("memory://target") as target:
        source.songs.upsert_songs([song("a"), song("b")])
        with sqlite3.connect(tmp_path / "a.db") as connection:
            connection.execute("UPDATE kp_songs SET tags = 'broken' WHERE id = 'a'")
        connection.close()
        with pytest.raises(DataCorrupt, match="1 rows cannot be decoded"):
            transfer.copy(source, target)
        with pytest.raises(IncompleteStore):
            karaoke_persist.open("memory://target")
