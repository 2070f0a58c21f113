"""Unique fields, references and counts, found before a statement fails and kept by the database besides."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_probes import Gig, Venue, raised, reading, song, writing

from karaoke_persist.contract import (
    Aggregate,
    Eq,
    FoldedContains,
    In,
    Measure,
    Not,
    Or,
    Order,
    Prefix,
    Query,
    Written,
)
from karaoke_persist.errors import AlreadyExists, NotFound, ReferenceMissing, StaleWrite, StillReferenced
from karaoke_persist.models import Song


@pytest.fixture
def filled(store):
    """A store with two venues and a night."""
    with writing(store) as session:
        session.insert([Venue(id="a", name="Alpha", code="1", city="Oslo"), Venue(id="b", name="Beta", code="2")])
        session.insert([Gig(id="n", venue_id="a")])
    return store


@pytest.fixture
def session(filled):
    """A write session on it."""
    session = filled.session()
    yield session
    session.rollback()


def _fields(error, *names):
    return tuple(getattr(error, name) for name in names)


def test_a_taken_key_is_already_there(session):
    """Inserting a key twice names the key, and stores nothing of the batch."""
    error = raised(lambda: session.insert([Venue(id="c", name="C"), Venue(id="b", name="B")]))
    assert _fields(error, "model", "field", "value") == ("Venue", "id", "b")
    assert isinstance(error, AlreadyExists)
    assert session.get(Venue, ["c"]) == {}


@pytest.mark.parametrize(
    "write",
    [
        lambda session: session.insert([Venue(id="c", name="C", code="3"), Venue(id="d", name="D", code="1")]),
        lambda session: session.insert([Venue(id="c", name="C", code="1"), Venue(id="d", name="D", code="3")]),
        lambda session: session.upsert([Venue(id="c", name="C"), Venue(id="b", name="Beta", code="1")]),
        lambda session: session.patch(Venue, "b", {"code": "1"}),
        lambda session: session.patch_where(Query(Venue, Eq("id", "b")), {"code": "1"}),
    ],
)
def test_a_taken_unique_value_is_told_by_its_field(session, write):
    """Every way of writing finds a taken unique value before it writes anything."""
    error = raised(lambda: write(session))
    assert isinstance(error, AlreadyExists)
    assert _fields(error, "model", "field", "value") == ("Venue", "code", "1")
    assert {"a", "b"} == {row.id for row in session.find(Query(Venue))}


def test_several_unique_fields_count_together(session):
    """Rows may share each of two fields, not both; absent values are free."""
    session.insert([Venue(id="c", name="Alpha", city="Bergen"), Venue(id="d", name="Beta"), Venue(id="e", name="Beta")])
    error = raised(lambda: session.patch(Venue, "c", {"city": "Oslo"}))
    assert _fields(error, "field", "value") == ("name, city", ("Alpha", "Oslo"))


def test_values_may_change_places_within_a_batch(session):
    """What counts is how the rows stand after the batch."""
    written = session.upsert([Venue(id="a", name="Alpha", code="2"), Venue(id="b", name="Beta", code="1")])
    assert [Written("a", 1, 2), Written("b", 1, 2)] == written
    assert [row.code for row in session.find(Query(Venue))] == ["2", "1"]


def test_a_missing_target_is_told(session):
    """A reference to nothing names field, model and key."""
    for write in (
        lambda: session.insert([Gig(id="m", venue_id="b"), Gig(id="o", venue_id="z")]),
        lambda: session.upsert([Gig(id="n", venue_id="z")]),
        lambda: session.patch(Gig, "n", {"venue_id": "z"}),
    ):
        error = raised(write)
        assert isinstance(error, ReferenceMissing)
        assert _fields(error, "model", "field", "target", "key") == ("Gig", "venue_id", "Venue", "z")
    assert [row.id for row in session.find(Query(Gig))] == ["n"]


def test_rows_of_one_batch_may_name_each_other(session):
    """The order of a batch does not matter to references within it, for deletions neither."""
    session.insert([Gig(id="y", venue_id="a", follows="x"), Gig(id="x", venue_id="a", follows="y")])
    assert isinstance(raised(lambda: session.delete_where(Query(Gig, Eq("id", "x")))), StillReferenced)
    assert [Written("x", 1, 0), Written("y", 1, 0)] == session.delete_where(Query(Gig, In("id", ["x", "y"])))


def test_a_row_that_is_named_stays(session):
    """Deleting what others name is refused, and deletes nothing of the batch."""
    error = raised(lambda: session.delete_where(Query(Venue)))
    assert _fields(error, "model", "key", "by", "field") == ("Venue", "a", "Gig", "venue_id")
    assert len(session.find(Query(Venue))) == 2


def test_a_patch_tells_absence_before_staleness(session):
    """`NotFound`, then `StaleWrite` with both revisions, then the rules of integrity."""
    assert isinstance(raised(lambda: session.patch(Venue, "z", {"name": "Z"}, expect=1)), NotFound)
    assert isinstance(raised(lambda: session.patch(Venue, "z", {})), NotFound)
    error = raised(lambda: session.patch(Venue, "b", {"code": "1"}, expect=7))
    assert isinstance(error, StaleWrite)
    assert _fields(error, "expected", "found") == (7, 1)
    assert Written("b", 1, 2) == session.patch(Venue, "b", {"code": "9"}, expect=1)


def test_writes_that_change_nothing_keep_the_revision(session):
    """The same values again, in every way of writing, are no change."""
    same = {"code": "1", "rooms": (), "notes": {}, "opened": None, "licensed": False}
    assert Written("a", 1, 1) == session.patch(Venue, "a", same)
    assert Written("a", 1, 1) == session.patch(Venue, "a", {})
    assert [Written("a", 1, 1)] == session.upsert([Venue(id="a", name="Alpha")])
    assert session.patch_where(Query(Venue, Eq("id", "a")), same) == []


def test_an_upsert_writes_only_what_was_given(session):
    """Fields that were not given keep their values; rows of one batch may give different ones."""
    session.upsert([Venue(id="a", name="Alef"), Venue(id="b", name="Beta", seats=4), Venue(id="c", name="C")])
    rows = {row.id: row for row in session.find(Query(Venue))}
    assert _fields(rows["a"], "name", "code", "city", "revision") == ("Alef", "1", "Oslo", 2)
    assert _fields(rows["b"], "seats", "code", "revision") == (4, "2", 2)
    assert rows["c"].revision == 1


def test_verbatim_rows_keep_their_revision(session):
    """A copy stores the revisions it carries."""
    session.insert([Venue(id="c", name="C", revision=41)], verbatim=True)
    assert session.get(Venue, ["c"])["c"].revision == 41


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kp_venues SET code = '1'",
        "INSERT INTO kp_gigs (id, revision, venue_id) VALUES ('x', 1, 'nowhere')",
        "DELETE FROM kp_venues WHERE id = 'a'",
        "UPDATE kp_venues SET seats = 'many'",
    ],
)
def test_the_constraints_are_there_as_a_defence(filled, by_hand, statement):
    """A program that goes round this package meets the same rules in the database."""
    assert isinstance(raised(lambda: by_hand.execute(statement)), filled.dialect.driver_error)


ARTISTS = ("Björk", "bjork", "Zoë", "Ólafur", "%", "東京")
step = st.tuples(
    st.sampled_from(("insert", "patch", "upsert", "delete", "many")), st.integers(0, 9), st.sampled_from(ARTISTS)
)


def _apply(session, kind: str, number: int, artist: str) -> None:
    key = f"s{number}"
    if kind == "delete":
        session.delete_where(Query(Song, Eq("id", key)))
    elif kind == "many":
        session.patch_where(Query(Song, order=Order("title"), limit=number), {"artist": artist})
    elif kind == "patch" and session.get(Song, [key]):
        session.patch(Song, key, {"artist": artist})
    else:
        session.upsert([song(key, artist=artist), song(f"t{number}", artist=ARTISTS[number % 5])])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, max_size=25), undo=st.booleans())
def test_kept_counts_are_the_counts(store, steps, undo):
    """After any writes, also undone ones, the counts kept by triggers are those of the rows."""
    session = store.session()
    for place, (kind, number, artist) in enumerate(steps):
        savepoint = session.savepoint()
        _apply(session, kind, number, artist)
        savepoint.rollback() if undo and place % 3 == 0 else savepoint.release()
    for where in (
        None,
        Prefix("artist", "bj"),
        FoldedContains("artist", "o"),
        Or(Eq("artist", "%"), In("artist", ["Zoë"])),
    ):
        for order in (None, Order("artist", descending=True), Order("count"), Order("count", descending=True)):
            kept = session.aggregate(Aggregate(Song, where, ("artist",), order=order, limit=4, offset=1))
            # The condition says nothing, but nobody keeps counts for it.
            counted = Or(Not(Eq("artist", "x")), Eq("artist", "x")) if where is None else Or(where, Eq("id", ""))
            assert kept == session.aggregate(Aggregate(Song, counted, ("artist",), order=order, limit=4, offset=1))
        number = session.aggregate(Aggregate(Song, where, measures=(Measure("count_distinct", "artist"),)))
        assert number == [(len(session.aggregate(Aggregate(Song, where, ("artist",)))),)]
    session.rollback()


def test_counts_of_a_field_that_may_be_absent(store):
    """Rows without a value are a group of their own, although no count is kept of them."""
    with writing(store) as session:
        session.insert(
            [Venue(id=str(n), name=f"V{n}", city=f"C{n}" if n % 2 else None, seats=n // 2) for n in range(5)]
        )
        session.patch(Venue, "1", {"city": None})
        session.patch(Venue, "0", {"city": "C3"})
        session.delete_where(Query(Venue, Eq("id", "4")))
    with reading(store) as session:
        assert session.aggregate(Aggregate(Venue, by=("city",))) == [("C3", 2), (None, 2)]
        assert session.aggregate(Aggregate(Venue, Prefix("city", "c"), ("city",))) == [("C3", 2)]
        assert session.aggregate(Aggregate(Venue, by=("seats",))) == [(0, 2), (1, 2)]


def test_many_increments_from_threads_and_stores_lose_none(opening):
    """Read-then-write transactions of many threads on two stores are one after the other."""
    from concurrent.futures import ThreadPoolExecutor

    stores = [opening(timeout=30, durability="relaxed") for _ in range(2)]
    with writing(stores[0]) as session:
        session.insert([song("n", year=0)])

    def increment(number: int) -> None:
        with writing(stores[random.randrange(2)]) as session:
            session.patch(Song, "n", {"year": session.get(Song, ["n"])["n"].year + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(increment, range(200)))
    with reading(stores[0]) as session:
        assert _fields(session.get(Song, ["n"])["n"], "year", "revision") == (200, 201)
