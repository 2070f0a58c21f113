"""The statements read indexes, so that a page costs the same wherever it begins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from postgres_probes import open_store
from sqlite_probes import reading, song, writing

from karaoke_persist.contract import Aggregate, Eq, In, Measure, Order, Prefix, Query
from karaoke_persist.models import Song

PLACES = {"title": "T", "artist": "A", "album": "A", "year": 1999, "date_added": datetime(2025, 1, 1, tzinfo=UTC)}


@pytest.fixture(scope="module")
def store(postgres_server):
    """A store that the tests of this module share."""
    name = postgres_server.create()
    store = open_store(postgres_server.url(name), timeout=60)
    yield store
    store.close()
    postgres_server.drop(name)


@pytest.fixture(scope="module")
def plan(store):
    """What PostgreSQL intends to do for a query or an aggregate, of a table that is large enough."""
    with writing(store) as session:
        session.insert(
            [
                song(f"s{n}", artist=f"A{n % 400}", album=f"x{n}" if n % 3 else None, year=n or None)
                for n in range(30_000)
            ]
        )
    session = store.session()
    session.execute("ANALYZE kp_songs")
    session.execute("ANALYZE kp_songs_artist_counts")
    session.commit()
    session = store.session(read_only=True)

    def explain(request):
        if isinstance(request, Aggregate):
            sql, parameters = store.plans.aggregate(request)
        else:
            sql, parameters = store.plans.select(request, store.plans[Song].codec.fields)
        return [row for (row,) in session.fetch(f"EXPLAIN {sql}", parameters)]

    yield explain
    session.rollback()


@pytest.mark.parametrize("place", ["first", "after a value", "after absence"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", PLACES)
def test_every_page_of_every_order_is_read_from_its_index(plan, field, descending, place):
    """No order, direction or place sorts anything or reads the whole table."""
    after = {"first": None, "after a value": (PLACES[field], "s5"), "after absence": (None, "s5")}[place]
    if place == "after absence" and field in ("title", "artist"):
        pytest.skip("the field is never absent")
    steps = plan(Query(Song, order=Order(field, descending), limit=50, after=after))
    assert not [step for step in steps if "Seq Scan" in step or "Sort" in step], steps
    assert [step for step in steps if f"ix_kp_songs_{field}" in step], steps


@pytest.mark.parametrize("where", [Eq("artist", "A7"), In("artist", ["A7", "A8"]), Prefix("artist", "a77")])
def test_conditions_on_indexed_text_use_the_index(plan, where):
    """Equal, one of several, and a prefix are looked up."""
    steps = plan(Query(Song, where))
    assert [step for step in steps if "ix_kp_songs_artist" in step], steps


@pytest.mark.parametrize(
    "request_",
    [
        Aggregate(Song, by=("artist",), limit=100),
        Aggregate(Song, by=("artist",), order=Order("count", descending=True), limit=100),
        Aggregate(Song, Prefix("artist", "b"), measures=(Measure("count_distinct", "artist"),)),
    ],
)
def test_artists_with_counts_are_read_from_the_counts(plan, request_):
    """The songs are not looked at, and nothing is sorted."""
    steps = plan(request_)
    assert not [step for step in steps if "Sort" in step or " kp_songs " in step], steps


def test_the_number_of_artists_is_read_and_not_counted(plan):
    """One row of one table answers, however many artists there are."""
    steps = plan(Aggregate(Song, measures=(Measure("count_distinct", "artist"),)))
    assert [step for step in steps if "Scan" in step] == [
        step for step in steps if " on kp_songs_artist_total " in step
    ]


def test_absent_values_come_last_even_where_everything_is_run_in_parallel(plan, store):
    """A planner that prefers parallel workers wherever it may does not mix the two partitions of an order."""
    with reading(store) as session:
        for name, value in (
            ("debug_parallel_query", "on"),
            ("parallel_setup_cost", "0"),
            ("parallel_tuple_cost", "0"),
            ("min_parallel_table_scan_size", "0"),
            ("min_parallel_index_scan_size", "0"),
            ("enable_indexscan", "off"),
        ):
            session.fetch("SELECT set_config($1, $2, true)", (name, value))
        for descending in (False, True):
            for limit in (None, 25_000):
                found = session.rows(Query(Song, order=Order("album", descending), limit=limit), ("album",))
                absent = [album is None for (album,) in found]
                assert absent == sorted(absent)
