"""A long list costs no more than a short one: its entries are found by its index, one by one."""

from __future__ import annotations

import pytest
from postgres_probes import open_store
from sqlite_probes import song, writing

from karaoke_persist.contract import Eq, Order, Query
from karaoke_persist.models import Playlist, PlaylistEntry, rank

UNIQUE = "uq_kp_playlist_entries_playlist_id_rank"


@pytest.fixture(scope="module")
def store(postgres_server):
    """A store with a long list, which the tests of this module share."""
    name = postgres_server.create()
    store = open_store(postgres_server.url(name), timeout=60)
    with writing(store) as session:
        session.insert([song("s")])
        session.insert([Playlist(id="p", name="p")])
        places = enumerate(rank.spread(5_000))
        session.insert([PlaylistEntry(id=f"e{n}", playlist_id="p", rank=key, song_id="s") for n, key in places])
    yield store
    store.close()
    postgres_server.drop(name)


@pytest.fixture(params=["as it is", "analysed"])
def explain(store, request):
    """What PostgreSQL intends to do for a statement, with and without knowledge of the table."""
    if request.param == "analysed":
        session = store.session()
        session.execute("ANALYZE kp_playlist_entries")
        session.commit()
    session = store.session(read_only=True)
    yield lambda sql, parameters: [row for (row,) in session.fetch(f"EXPLAIN {sql}", parameters)]
    session.rollback()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("after", [None, ("i", "e")], ids=["end", "neighbour"])
def test_a_neighbour_is_one_step_away(store, explain, descending, after):
    """The last entry, and the one next to another, are read from the index of the list without a look at the others."""
    query = Query(PlaylistEntry, Eq("playlist_id", "p"), Order("rank", descending), limit=1, after=after)

    steps = explain(*store.plans.select(query, store.plans[PlaylistEntry].codec.fields))

    assert any(UNIQUE in step for step in steps), steps
    assert not [step for step in steps if "Seq Scan" in step], steps


def test_whether_a_place_is_taken_is_looked_up(store, explain):
    """A new entry is compared with none but the one that may stand at its place."""
    sql = store.plans[PlaylistEntry].columns_of(("id",), of=("playlist_id", "rank"))

    steps = explain(sql, (store.plans.dialect.pack(["p"]), store.plans.dialect.pack(["i"])))

    assert any(UNIQUE in step for step in steps), steps
    assert any("Index Cond" in step and "rank" in step for step in steps), steps
