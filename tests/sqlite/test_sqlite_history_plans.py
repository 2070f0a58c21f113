"""What is counted over the history is counted in an index, whichever part of it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from karaoke_persist.contract import Aggregate, Order
from karaoke_persist.models import Performance, PerformanceSinger
from karaoke_persist.operations.statistics import Span

PERIOD = {"since": datetime(2024, 1, 1, tzinfo=UTC), "until": datetime(2025, 1, 1, tzinfo=UTC)}
GROUPS = [
    (Performance, "song_id", "ix_kp_performances_status_song_id_started_at"),
    (Performance, "artist", "ix_kp_performances_status_artist_started_at"),
    (PerformanceSinger, "singer", "ix_kp_performance_singers_completed_singer_started_at"),
]


def _steps(store, model, group, span):
    request = Aggregate(model, span.completed(model), by=(group,), order=Order("count", descending=True), limit=10)
    sql, parameters = store.plans.aggregate(request)
    session = store.session(read_only=True)
    try:
        return [row[3] for row in session._connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
    finally:
        session.rollback()


@pytest.mark.parametrize("part", [{}, PERIOD], ids=["all time", "a period"])
@pytest.mark.parametrize(("model", "group", "index"), GROUPS)
def test_groups_are_counted_in_the_order_of_their_index(store, model, group, index, part):
    """No row is looked up, and no groups are collected; only the counts are sorted."""
    search, *others = _steps(store, model, group, Span(**part))
    assert search.startswith(f"SEARCH {model_table(model)} USING COVERING INDEX {index} (")
    assert others == ["USE TEMP B-TREE FOR ORDER BY"]


@pytest.mark.parametrize(("model", "group", "index"), GROUPS)
def test_a_night_is_found_by_its_index(store, model, group, index):
    """Only the rows of the night are read, however long the history is."""
    search = _steps(store, model, group, Span(night_id="x", **PERIOD))[0]
    table = model_table(model)
    assert search == f"SEARCH {table} USING INDEX ix_{table}_night_id_started_at (night_id=?)"


def model_table(model):
    """The table of a model."""
    return f"kp_{model.integrity.collection}"
