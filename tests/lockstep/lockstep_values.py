"""What the machines store and ask: few keys and few words, so that steps meet each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as some

from karaoke_persist import Song
from karaoke_persist.contract import (
    COUNT,
    Aggregate,
    And,
    Compare,
    Condition,
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
)
from karaoke_persist.models import Record
from karaoke_persist.testing.probes import Box, Folder, Sample, Seal, Shelf

MOMENT = datetime(2024, 2, 29, 12, 30, 45, 123456, tzinfo=UTC)
LARGE = 2**53 + 1

FURNITURE: tuple[tuple[Record, ...], ...] = (
    (
        Song(id="a", title="joga", artist="x", year=1, upload_date=MOMENT, genre=""),
        Song(id="b", title="JÓGA", artist="Jóga", year=LARGE, tags=["100%"], favorite=True),
        Song(id="A", title="Jóga", artist="X", album="a b", year=1, aliases=["Straße"], extra={"k": 1}),
        Song(id="c", title="Zoë", artist="x", favorite=True, extra={"k": 1.0}),
        Song(id="d", title="さくら", artist="Ж", album="joga", year=-2, tags=["100%", "a b"]),
    ),
    (Shelf(id="a", label="joga", room="r", place=0), Shelf(id="b", label="Jóga", room="r", place=1)),
    (Box(id="a", shelf="a", origin="b"), Box(id="b", shelf="a"), Box(id="c", shelf="b", origin="b")),
    (Seal(id="a", box="c"), Seal(id="b")),
    (Folder(id="a"), Folder(id="b", parent="a"), Folder(id="c", parent="b")),
    (
        Sample(
            id="a", name="joga", code="B", number=LARGE, flag=True, moment=MOMENT, labels=["a b"], notes={"k": None}
        ),
        Sample(id="b", name="Jóga", code="b", number=LARGE, flag=False, moment=MOMENT - timedelta(microseconds=1)),
        Sample(id="c", name="100%", number=1),
        Sample(id="d"),
    ),
)
"""What is there when a machine starts, in an order that keeps the references."""

KEYS = some.sampled_from(["a", "b", "A", "c", "e"])
WORDS = some.sampled_from(["Jóga", "joga", "JÓGA", "Jo\u0301ga", "さくら", "100%", "ﬁn", "Straße", "a b", "Ж"])
NUMBERS = some.sampled_from([None, -2, 0, 1, 3, LARGE, 2**63 - 1])
TIMES = some.sampled_from([None, MOMENT, MOMENT - timedelta(microseconds=1), MOMENT.replace(microsecond=0)])
LABELS = some.sampled_from(["joga", "Jóga", "Ж"])
PLACES = some.none() | some.integers(0, 1)

CHANGES: dict[type[Record], some.SearchStrategy[dict[str, Any]]] = {
    Song: some.fixed_dictionaries(
        {},
        optional={
            "title": WORDS,
            "year": NUMBERS,
            "album": some.none() | WORDS,
            "genre": some.sampled_from([None, "", "pop"]),
            "tags": some.lists(WORDS, max_size=2),
            "aliases": some.lists(WORDS, max_size=1),
            "favorite": some.booleans(),
            "upload_date": TIMES,
            "extra": some.sampled_from([{}, {"k": 1}, {"k": 1.0}, {"j": [None, True]}]),
        },
    ),
    Shelf: some.fixed_dictionaries({}, optional={"label": LABELS, "room": some.none() | KEYS, "place": PLACES}),
    Box: some.fixed_dictionaries({}, optional={"shelf": KEYS, "origin": some.none() | KEYS}),
    Seal: some.fixed_dictionaries({}, optional={"box": some.none() | KEYS}),
    Folder: some.fixed_dictionaries({}, optional={"parent": some.none() | KEYS}),
    Sample: some.fixed_dictionaries(
        {},
        optional={
            "name": some.none() | WORDS,
            "code": some.sampled_from([None, "", "B", "b", "ä"]),
            "number": NUMBERS,
            "flag": some.none() | some.booleans(),
            "moment": TIMES,
            "labels": some.lists(WORDS, max_size=2),
            "notes": some.sampled_from([{}, {"k": 1}, {"j": [None]}]),
        },
    ),
}
MODELS = some.sampled_from([Song, Sample, *CHANGES])
NEEDED: dict[type[Record], some.SearchStrategy[dict[str, Any]]] = {
    Song: some.fixed_dictionaries({"id": KEYS, "title": WORDS, "artist": some.sampled_from(["x", "X", "Jóga", "Ж"])}),
    Shelf: some.fixed_dictionaries({"id": KEYS, "label": LABELS}),
    Box: some.fixed_dictionaries({"id": KEYS, "shelf": KEYS}),
}


def rows_of(model: type[Record]) -> some.SearchStrategy[list[Record]]:
    """Up to three rows of a model, of different keys."""
    needed = NEEDED.get(model, some.fixed_dictionaries({"id": KEYS}))
    row = some.builds(lambda must, may: model(**{**may, **must}), needed, CHANGES[model])
    return some.lists(row, min_size=1, max_size=3, unique_by=lambda each: each.key)


BATCHES = MODELS.flatmap(rows_of)
PATCHES = MODELS.flatmap(lambda model: some.tuples(some.just(model), CHANGES[model]))

_LEAVES: dict[type[Record], list[Condition]] = {
    Song: [
        Eq("year", 1),
        Eq("album", "joga"),
        Eq("favorite", True),
        Compare("year", ">=", 1),
        Compare("upload_date", "<", MOMENT),
        In("artist", ("x", "Ж")),
        IsNull("year"),
        Prefix("title", "JO"),
        FoldedContains("title", "ÓG"),
        Has("tags", "100%"),
        Has("extra", "k"),
        Exists(Sample, {"title": "name"}),
        Exists(Sample, {"id": "id"}, Compare("number", ">", 0)),
    ],
    Shelf: [
        Eq("room", "r"),
        Compare("place", "<", 1),
        In("label", ("joga", "Ж")),
        IsNull("room"),
        Exists(Box, {"id": "shelf"}),
        Exists(Box, {"id": "origin"}, Exists(Seal, {"id": "box"})),
    ],
    Sample: [
        Eq("code", "b"),
        Eq("flag", False),
        Compare("number", ">", 1),
        Compare("moment", ">=", MOMENT),
        In("number", (1, LARGE)),
        IsNull("name"),
        Prefix("name", "j"),
        FoldedContains("name", "%"),
        Has("labels", "a b"),
        Has("notes", "k"),
        Exists(Song, {"id": "id"}, Eq("artist", "x")),
    ],
}
_ORDERS = {Song: ("title", "artist", "year"), Shelf: ("label", "place"), Sample: ("name", "number", "moment", "flag")}


def conditions(model: type[Record]) -> some.SearchStrategy[Condition | None]:
    """Any condition, mostly small."""
    leaf = some.sampled_from(_LEAVES[model])
    parts = some.lists(leaf | leaf.map(Not), max_size=2)
    return some.none() | leaf | leaf.map(Not) | parts.map(lambda all_: And(*all_)) | parts.map(lambda any_: Or(*any_))


IN_EACH_ORDER = [
    (Query(model, order=Order(field, descending)), size)
    for model, fields in _ORDERS.items()
    for field in fields
    for descending, size in ((False, 100), (True, 2))
]
"""All rows of the models that can be sorted, in each order there is, upwards at once and downwards in small pages."""


def _queries(model: type[Record]) -> some.SearchStrategy[Query]:
    order = some.none() | some.builds(Order, some.sampled_from(_ORDERS[model]), some.booleans())
    limit = some.none() | some.integers(0, 3)
    return some.builds(Query, some.just(model), conditions(model), order, limit, some.integers(0, 1))


QUERIES = some.sampled_from(list(_LEAVES)).flatmap(_queries)
CHANGING_QUERIES = QUERIES.flatmap(lambda query: some.tuples(some.just(query), CHANGES[query.model]))

_MEASURES = (
    COUNT,
    Measure("count_distinct", "code"),
    Measure("sum", "number"),
    Measure("min", "moment"),
    Measure("max", "number"),
)
_HAVING = some.sampled_from([None, Compare("count", ">", 1), Compare("sum_number", ">=", LARGE)])
_BY_MEASURE = some.builds(Order, some.sampled_from(["count", "sum_number", "min_moment"]), some.booleans())
AGGREGATES = some.builds(
    lambda by, where, having, order, limit: Aggregate(Sample, where, by, _MEASURES, having, order, limit),
    some.sampled_from([(), ("flag",), ("name",), ("number", "flag")]),
    conditions(Sample),
    _HAVING,
    some.none() | _BY_MEASURE,
    some.none() | some.integers(0, 2),
)
COUNTS_BY_ARTIST = Aggregate(Song, by=("artist",))
SEARCHES = some.sampled_from(["", "j", "%", "100%", "JOGA", "og", "x joga", "strasse", "a b", "さ", "Ж"])
