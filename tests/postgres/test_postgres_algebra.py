"""SQL must answer what the reference evaluator answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres_probes import open_store
from sqlite_probes import reading, writing
from test_sqlite_algebra import NIGHTS, ROWS, SONGS, VENUES, aggregates, conditions, orders

from karaoke_persist.contract import Query, reference
from karaoke_persist.models import Song

many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def filled(postgres_server: Any) -> Any:
    """A store with some rows of every model."""
    name = postgres_server.create()
    store = open_store(postgres_server.url(name))
    with writing(store) as session:
        for rows in (SONGS, VENUES, NIGHTS):
            session.insert(rows)
    yield store
    store.close()
    postgres_server.drop(name)


@many
@given(where=conditions, order=orders, limit=st.none() | st.integers(0, 70), offset=st.integers(0, 20))
def test_every_condition_order_and_window_gives_the_reference_s_rows(filled, where, order, limit, offset):
    """The rows of any query, and their order, are those of the reference evaluator, streamed or not."""
    query = Query(Song, where, order, limit, offset)
    expected = reference.select(query, ROWS.__getitem__)
    with reading(filled) as session:
        assert expected == session.find(query)
        assert expected == [row for batch in session.stream(query, 7) for row in batch]


@many
@given(where=conditions, order=orders, size=st.integers(1, 25), start=st.integers(0, 59))
def test_a_page_goes_on_after_any_row(filled, where, order, size, start):
    """The page after any row holds the rows that follow it, across the border to absent values too."""
    last = reference.select(Query(Song, order=order), ROWS.__getitem__)[start]
    place = (last.key,) if order is None else (getattr(last, order.field), last.key)
    query = Query(Song, where, order, limit=size, after=place)
    with reading(filled) as session:
        assert reference.select(query, ROWS.__getitem__) == session.find(query)


@many
@given(request=aggregates())
def test_every_aggregate_gives_the_reference_s_answers(filled, request):
    """Groups, measures, sums beyond 64 bits, bounds and orders are those of the reference."""
    with reading(filled) as session:
        assert reference.aggregate(request, ROWS.__getitem__) == session.aggregate(request)
