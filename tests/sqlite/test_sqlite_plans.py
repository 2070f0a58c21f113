"""The statements read indexes, so that a page costs the same wherever it begins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlite_probes import song, writing

from karaoke_persist.contract import Aggregate, Eq, In, Measure, Order, Prefix, Query
from karaoke_persist.models import Song

PLACES = {"title": "T", "artist": "A", "album": "A", "year": 1999, "date_added": datetime(2025, 1, 1, tzinfo=UTC)}


@pytest.fixture
def plan(store):
    """What SQLite intends to do for a query or an aggregate."""
    with writing(store) as session:
        session.insert([song(f"s{number}", album="x", year=number) for number in range(20)])
    session = store.session(read_only=True)

    def explain(request):
        if isinstance(request, Aggregate):
            sql, parameters = store.plans.aggregate(request)
        else:
            sql, parameters = store.plans.select(request, store.plans[Song].codec.fields)
        return [row[3] for row in session._connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]

    yield explain
    session.rollback()


def _reads_of(steps):
    return [step for step in steps if "kp_songs" in step]


def _places_of(steps):
    """The steps that find places of rows, both parts in the index alone; the rows are looked up last, in that order."""
    *places, scan, rows = steps
    assert scan.startswith("SCAN")
    assert rows == "SEARCH kp_songs USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN"
    assert len(_reads_of(places)) == 2
    assert all("COVERING INDEX" in step for step in _reads_of(places)), places
    return places


@pytest.mark.parametrize("place", ["first", "after a value", "after absence"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", PLACES)
def test_every_page_of_every_order_is_read_from_its_index(plan, field, descending, place):
    """No order, direction or place sorts anything or reads the table from its beginning."""
    after = {"first": None, "after a value": (PLACES[field], "s5"), "after absence": (None, "s5")}[place]
    if place == "after absence" and field in ("title", "artist"):
        pytest.skip("the field is never absent")
    steps = plan(Query(Song, order=Order(field, descending), limit=50, after=after))
    if field not in ("title", "artist") and place != "after absence":
        steps = _places_of(steps)
    reads = _reads_of(steps)
    assert not [step for step in steps if "TEMP B-TREE" in step], steps
    assert all(f"INDEX ix_kp_songs_{field}" in step for step in reads), steps
    sought = [step for step in reads if step.startswith("SEARCH")]
    assert reads == sought or place == "first"


@pytest.mark.parametrize(
    ("field", "descending", "bounds"),
    [("title", False, ">"), ("title", True, "<"), ("year", False, ">"), ("album", False, ">")],
)
def test_a_page_begins_where_the_last_one_ended(plan, field, descending, bounds):
    """The index is entered at the place of the last row, down to the key."""
    steps = plan(Query(Song, order=Order(field, descending), limit=50, after=(PLACES[field], "s5")))
    columns = f"({field},id)" if field == "year" else f"({field}_fold,{field},id)"
    assert any(f"{columns}{bounds}(" in step for step in steps), steps


def test_keys_and_their_order_come_from_the_primary_key(plan):
    """Without an order, rows come by key from the key's own index."""
    for query in (Query(Song, limit=5), Query(Song, limit=5, after=("s3",)), Query(Song, Eq("id", "s1"))):
        steps = plan(query)
        assert all("sqlite_autoindex_kp_songs_1" in step for step in _reads_of(steps)), steps
        assert not [step for step in steps if "TEMP B-TREE" in step]


@pytest.mark.parametrize("where", [Eq("artist", "Björk"), In("artist", ["a", "b"]), Prefix("artist", "bj")])
def test_conditions_on_indexed_text_use_the_index(plan, where):
    """Equal, one of several, and a prefix are looked up."""
    steps = _reads_of(plan(Query(Song, where)))
    assert any("SEARCH kp_songs USING INDEX ix_kp_songs_artist" in step for step in steps), steps


@pytest.mark.parametrize(
    "request_",
    [
        Aggregate(Song, by=("artist",), limit=100),
        Aggregate(Song, Prefix("artist", "b"), ("artist",), limit=100),
        Aggregate(Song, by=("artist",), order=Order("count", descending=True), limit=100),
        Aggregate(Song, Prefix("artist", "b"), measures=(Measure("count_distinct", "artist"),)),
    ],
)
def test_artists_with_counts_are_read_from_the_counts(plan, request_):
    """The songs are not looked at, and nothing is sorted."""
    steps = plan(request_)
    assert not [step for step in steps if "kp_songs USING" in step or "TEMP B-TREE" in step], steps
    assert any("kp_songs_artist_counts" in step for step in steps), steps


def test_the_number_of_artists_is_read_and_not_counted(plan):
    """One row of one table answers, however many artists there are."""
    assert plan(Aggregate(Song, measures=(Measure("count_distinct", "artist"),))) == ["SCAN kp_songs_artist_total"]
