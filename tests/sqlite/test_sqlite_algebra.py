"""SQL must answer what the reference evaluator answers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_probes import Gig, Venue, open_store, reading, writing

from karaoke_persist.contract import (
    Aggregate,
    And,
    Compare,
    Eq,
    Exists,
    FoldedContains,
    Has,
    In,
    IsNull,
    Measure,
    Not,
    Or,
    Order,
    Prefix,
    Query,
    reference,
)
from karaoke_persist.models import Kind, Record, Song, field_of
from karaoke_persist.models.json_values import INT64_MAX, INT64_MIN

TEXTS = ("Jóga", "joga", "JOGA", "%", "_", "a'b\"c", "\\", "東京", "東", "Zoë", "zoe z", "ﬀ", "\U0010ffff", "ε", "İ")
NUMBERS = (INT64_MIN, -1, 0, 1, 7, 2**32, INT64_MAX)
START = datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)
TIMES = tuple(START + timedelta(days=days) for days in (-700_000, 0, 1, 2_000_000))
NAMES = ("", "key", 'qu"ote', "ключ", "a\nb", "\x01")


def _songs() -> list[Song]:
    chance = random.Random(4)

    def maybe(values: Any) -> Any:
        return chance.choice((None, *values))

    return [
        Song(
            id=f"{chance.choice('aZé東')}{number}",
            title=chance.choice(TEXTS),
            artist=chance.choice(TEXTS),
            album=maybe(TEXTS),
            genre=maybe(TEXTS),
            year=maybe(NUMBERS),
            duration_ms=maybe(NUMBERS),
            favorite=chance.random() < 0.5,
            itunes_explicit=maybe((True, False)),
            date_added=maybe(TIMES),
            tags=tuple(chance.sample(NAMES, chance.randrange(4))),
            extra={name: [1, {"x": None}] for name in chance.sample(NAMES, chance.randrange(4))},
        )
        for number in range(60)
    ]


SONGS = _songs()
VENUES = [
    Venue(id=f"v{place}", name=text, code=TEXTS[place - 3] if place % 2 else None, city=TEXTS[place // 2])
    for place, text in enumerate(TEXTS)
]
NIGHTS = [
    Gig(id=f"n{place}", venue_id=f"v{place % 5}", song_id=SONGS[place].id if place % 3 else None) for place in range(20)
]
ROWS: dict[type[Record], list[Any]] = {
    model: [row.replaced({"revision": 1}) for row in rows]
    for model, rows in ((Song, SONGS), (Venue, VENUES), (Gig, NIGHTS))
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A store with the rows above."""
    store = open_store(Path(tmp_path_factory.mktemp("algebra")) / "karaoke.db")
    with writing(store) as session:
        for rows in (SONGS, VENUES, NIGHTS):
            session.insert(rows)
    yield store
    store.close()


text = st.sampled_from(TEXTS) | st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=3)
number = st.sampled_from(NUMBERS)
time = st.sampled_from((*TIMES, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)))
sign = st.sampled_from(("<", "<=", ">", ">="))
indexed = st.sampled_from(("title", "artist", "album"))


def _leaves() -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(Eq, indexed | st.just("genre"), text),
        st.builds(Eq, st.sampled_from(("year", "duration_ms")), number),
        st.builds(Eq, st.just("date_added"), time),
        st.builds(Eq, st.sampled_from(("favorite", "itunes_explicit")), st.booleans()),
        st.builds(Compare, st.sampled_from(("year", "duration_ms")), sign, number),
        st.builds(Compare, st.just("date_added"), sign, time),
        st.builds(In, indexed | st.just("genre"), st.lists(text, max_size=4)),
        st.builds(In, st.just("year"), st.lists(number, max_size=3)),
        st.builds(In, st.just("date_added"), st.lists(time, max_size=3)),
        st.builds(In, st.just("itunes_explicit"), st.lists(st.booleans(), max_size=2)),
        st.builds(IsNull, st.sampled_from(("album", "genre", "year", "date_added", "title", "itunes_explicit"))),
        st.builds(Prefix, indexed, text),
        st.builds(FoldedContains, indexed, text),
        st.builds(Has, st.sampled_from(("tags", "extra")), st.sampled_from(NAMES) | text),
        st.just(Exists(Gig, {"id": "song_id"})),
        st.just(Exists(Gig, {"id": "song_id"}, Exists(Venue, {"venue_id": "id"}, IsNull("code")))),
        st.just(Exists(Song, {"album": "title"}, Not(Eq("favorite", True)))),
        st.just(Exists(Song, {"album": "title", "year": "year"})),
        st.builds(lambda part: Exists(Venue, {"title": "name"}, part), st.builds(Prefix, st.just("city"), text)),
    )


def _combined(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(parts, max_size=3)
    return st.one_of(st.builds(Not, parts), lists.map(lambda some: And(*some)), lists.map(lambda some: Or(*some)))


conditions = st.none() | st.recursive(_leaves(), _combined, max_leaves=6)
orders = st.none() | st.builds(
    Order, st.sampled_from(("title", "artist", "album", "year", "date_added")), st.booleans()
)
many = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(where=conditions, order=orders, limit=st.none() | st.integers(0, 70), offset=st.integers(0, 20))
def test_every_condition_order_and_window_gives_the_reference_s_rows(filled, where, order, limit, offset):
    """The rows of any query, and their order, are those of the reference evaluator."""
    query = Query(Song, where, order, limit, offset)
    expected = reference.select(query, ROWS.__getitem__)
    with reading(filled) as session:
        assert expected == session.find(query)
        assert [(row.title, row.tags, row.date_added) for row in expected] == session.rows(
            query, ("title", "tags", "date_added")
        )
        assert expected == [row for batch in session.stream(query, 7) for row in batch]


@many
@given(where=conditions, order=orders, size=st.integers(1, 25), start=st.integers(0, 59))
def test_a_page_goes_on_after_any_row(filled, where, order, size, start):
    """The page after any row holds the rows that follow it, across the border to absent values too."""
    last = reference.select(Query(Song, order=order), ROWS.__getitem__)[start]
    place = (last.key,) if order is None else (getattr(last, order.field), last.key)
    query = Query(Song, where, order, limit=size, after=place)
    expected = reference.select(query, ROWS.__getitem__)
    with reading(filled) as session:
        assert expected == session.find(query)


measures = st.sampled_from(
    (
        Measure("count"),
        Measure("count", "album"),
        Measure("count_distinct", "artist"),
        Measure("count_distinct", "date_added"),
        Measure("count_distinct", "favorite"),
        Measure("sum", "year"),
        Measure("sum", "duration_ms"),
        Measure("min", "date_added"),
        Measure("max", "year"),
    )
)
groups = st.lists(
    st.sampled_from(("artist", "album", "year", "favorite", "date_added", "genre")), max_size=2, unique=True
)


@st.composite
def aggregates(draw: st.DrawFn) -> Aggregate:
    """Any aggregate that core lets through."""
    by, measured = tuple(draw(groups)), tuple(draw(st.lists(measures, min_size=1, max_size=3, unique=True)))
    names = [*by, *(measure.name for measure in measured)]
    order = draw(st.none() | st.builds(Order, st.sampled_from(names), st.booleans()))
    kinds = {measure.name: _measured_kind(measure) for measure in measured}
    kinds |= {name: field_of(Song, name).kind for name in by if field_of(Song, name).kind in (Kind.INTEGER, Kind.TIME)}
    name = draw(st.sampled_from(list(kinds)))
    bound = draw(
        time if kinds[name] is Kind.TIME else st.integers(-(2**70), 2**70) if "sum" in name else st.integers(-1, 9)
    )
    having = draw(st.none() | st.builds(Compare, st.just(name), sign, st.just(bound)))
    limit, offset = draw(st.none() | st.integers(0, 9)), draw(st.integers(0, 3))
    return Aggregate(Song, draw(conditions), by, measured, having, order, limit, offset)


def _measured_kind(measure: Measure) -> Kind:
    return field_of(Song, measure.field).kind if measure.field and measure.function in ("min", "max") else Kind.INTEGER


@many
@given(request=aggregates())
def test_every_aggregate_gives_the_reference_s_answers(filled, request):
    """Groups, measures, sums beyond 64 bits, bounds and orders are those of the reference."""
    expected = reference.aggregate(request, ROWS.__getitem__)
    with reading(filled) as session:
        assert expected == session.aggregate(request)


@pytest.mark.parametrize("field", ["artist", "date_added", "year"])
def test_fifty_thousand_values_fit_one_question(filled, field):
    """`In` takes as many values as a batch may have keys."""
    sample = ROWS[Song][0].__dict__[field] or TIMES[0]
    more = {"artist": [f"nobody {n}" for n in range(50_000)], "year": list(range(50_000))}.get(field, [])
    query = Query(Song, In(field, [*more, sample]))
    with reading(filled) as session:
        assert reference.select(query, ROWS.__getitem__) == session.find(query)
        assert {row.key for row in ROWS[Song]} == set(
            session.get(Song, [row.key for row in ROWS[Song]] + [f"absent {n}" for n in range(50_000)])
        )
