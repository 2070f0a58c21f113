"""A row that cannot be decoded is reported by name, and hides no other."""

from __future__ import annotations

import pytest
from sql_databases import empty_database
from sqlite_probes import raised, reading, song, writing

from karaoke_persist.contract import Aggregate, Has, Order, Query
from karaoke_persist.errors import DataCorrupt
from karaoke_persist.models import Song

SQLITE = {
    "date_added": "'yesterday'",
    "upload_date": "'2025-01-01T00:00:00'",
    "tags": "'[1, 2]'",
    "aliases": "'[\"cut off'",
    "media": "'[]'",
    "extra": "'{\"n\": NaN}'",
    "favorite": "7",
    "title": "CAST(x'4aff' AS TEXT)",
    "plain_lyrics": "CAST(x'ff' AS TEXT)",
}
# The types of its columns refuse most of it, the encoding of its texts the rest.
POSTGRES = {
    "date_added": "'infinity'",
    "upload_date": "'0044-03-15 12:00 BC'",
    "tags": "'[1, 2]'",
    "aliases": "'\"text\"'",
    "media": "'[]'",
    "extra": '\'{"n": "\\ud800"}\'',
}


DAMAGE = [
    pytest.param((name, field, value), id=f"{name}-{field}", marks=pytest.mark.backend(name))
    for name, kinds in (("sqlite", SQLITE), ("postgres", POSTGRES))
    for field, value in kinds.items()
]


@pytest.fixture(params=DAMAGE)
def damage(request):
    """The backend, the field that is damaged, and what stands in it then."""
    return request.param


@pytest.fixture
def url(damage, request):
    """The URL of an empty database of that backend."""
    yield from empty_database(damage[0], request)


@pytest.fixture
def reported():
    """What was reported."""
    return []


@pytest.fixture
def damaged(opening, by_hand, reported, damage):
    """A store of five songs, the third of which is damaged in one field."""
    _, field, value = damage
    store = opening(report_corrupt=reported.append)
    with writing(store) as session:
        session.insert([song(f"s{number}", year=number) for number in range(5)])
    by_hand.execute(f"UPDATE kp_songs SET {field} = {value} WHERE id = 's2'")
    return store, field


def test_a_listing_leaves_only_the_damaged_row_out(damaged, reported):
    """`find` gives the other rows in order, and reports model, field and key of the one."""
    store, field = damaged
    with reading(store) as session:
        found = session.find(Query(Song, order=Order("year")))
    assert [row.id for row in found] == ["s0", "s1", "s3", "s4"]
    assert [(f"Song.{field}", "s2")] == [(error.where, error.key) for error in reported]


def test_chosen_fields_leave_only_the_damaged_row_out(damaged, reported):
    """`rows` does the same if it reads the damaged field."""
    store, field = damaged
    with reading(store) as session:
        found = session.rows(Query(Song), ("year", field))
    assert [row[0] for row in found] == [0, 1, 3, 4]
    assert [error.key for error in reported] == ["s2"]


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_a_stream_leaves_only_the_damaged_row_out(damaged, reported, batch):
    """`stream` gives every other row once, whatever the size of a batch."""
    store, _ = damaged
    with reading(store) as session:
        found = [row.id for rows in session.stream(Query(Song), batch) for row in rows]
    assert found == ["s0", "s1", "s3", "s4"]
    assert [error.key for error in reported] == ["s2"]


def test_asking_for_the_damaged_row_raises(damaged, reported):
    """`get` of that key is `DataCorrupt`; others are given."""
    store, field = damaged
    with reading(store) as session:
        assert "s1" in session.get(Song, ["s1"])
        error = raised(lambda: session.get(Song, ["s2"]))
        assert isinstance(raised(lambda: session.get(Song, ["s1", "s2"])), DataCorrupt)
    assert isinstance(error, DataCorrupt)
    assert (f"Song.{field}", "s2") == (error.where, error.key)
    assert reported == []


def test_the_connection_reads_text_again_afterwards(damaged):
    """The care taken for one row does not stay on the connection."""
    store, _ = damaged
    with reading(store) as session:
        session.find(Query(Song))
        assert getattr(session._connection, "text_factory", str) is str


def test_a_condition_looks_past_broken_json(damaged):
    """A list that is no JSON has no element, and does not fail the question."""
    store, _ = damaged
    with reading(store) as session:
        assert session.find(Query(Song, Has("aliases", "x"))) == []


def test_an_aggregate_survives_broken_text(damaged):
    """Groups that can be told are given."""
    store, _ = damaged
    with reading(store) as session:
        answers = session.aggregate(Aggregate(Song, by=("title",)))
    assert {"Title s0", "Title s1", "Title s3", "Title s4"} <= {title for title, _ in answers}
