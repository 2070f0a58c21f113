"""A long list costs no more than a short one: its entries are found by its index, one by one."""

import pytest
from sqlite_probes import writing

from karaoke_persist.contract import And, Eq, Order, Query
from karaoke_persist.models import Playlist, PlaylistEntry

UNIQUE = "kp_playlist_entries_2"
"""The index of the rule that a place is taken once, as SQLite numbers it."""


@pytest.fixture
def explain(store):
    """What SQLite intends to do for a statement."""
    with writing(store) as session:
        session.insert([Playlist(id="p", name="p")])
    session = store.session(read_only=True)
    yield lambda sql, parameters: [
        row[3] for row in session._connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
    ]
    session.rollback()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("after", [None, ("i", "e")], ids=["end", "neighbour"])
def test_a_neighbour_is_one_step_away(store, explain, descending, after):
    """The last entry, and the one next to another, are read from the index of the list without a look at the others."""
    query = Query(PlaylistEntry, Eq("playlist_id", "p"), Order("rank", descending), limit=1, after=after)

    steps = explain(*store.plans.select(query, store.plans[PlaylistEntry].codec.fields))

    assert all("SEARCH" in step and UNIQUE in step for step in steps if "kp_playlist_entries" in step), steps
    assert not [step for step in steps if "TEMP B-TREE FOR ORDER BY" in step], steps


def test_whether_a_place_is_taken_is_looked_up(store, explain):
    """A new entry is compared with none but the one that may stand at its place."""
    sql = store.plans[PlaylistEntry].columns_of(("id",), of=("playlist_id", "rank"))

    steps = explain(sql, (store.plans.dialect.pack(["p"]), store.plans.dialect.pack(["i"])))

    assert any(UNIQUE in step and "playlist_id=? AND rank=?" in step for step in steps), steps


def test_the_lists_of_a_song_are_looked_up(store, explain):
    """Deleting a song does not read the entries of others."""
    query = Query(PlaylistEntry, And(Eq("playlist_id", "p"), Eq("song_id", "s")))

    steps = explain(*store.plans.select(query, ("id",)))

    assert all("SEARCH" in step for step in steps if "kp_playlist_entries" in step), steps
