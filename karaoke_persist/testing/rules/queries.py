"""Queries and measures: the algebra that operations are written in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist import InvalidValue, Library, StreamStale
from karaoke_persist.contract import (
    COUNT,
    Aggregate,
    And,
    Compare,
    Condition,
    Eq,
    Exists,
    FoldedContains,
    FoldedEq,
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
from karaoke_persist.contract.reference import aggregate, select
from karaoke_persist.session import Session
from karaoke_persist.testing.handles import Conformance, nothing_changes, probing, stored
from karaoke_persist.testing.probes import Box, Sample, Shelf
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import MOMENT
from karaoke_persist.testing.trials import TRIALS

ONE = {"k": 1}
ROWS = [
    Sample(id="full", name="Ärger 100%", code="B", number=5, flag=True, moment=MOMENT, labels=("a", "b%"), notes=ONE),
    Sample(id="low", name="apfel_x", code="b", number=-3, flag=False, moment=MOMENT - timedelta(microseconds=1)),
    Sample(id="same", name="Apfel", code="ä", number=5, flag=False, labels=("ab",), notes={"k2": None, "kk": ONE}),
    Sample(id="empty"),
]
EXAMPLES: dict[str, tuple[Condition, set[str]]] = {
    "equal text": (Eq("code", "B"), {"full"}),
    "equal indexed text": (Eq("name", "Apfel"), {"same"}),
    "equal fold": (FoldedEq("name", "  APFEL "), {"same"}),
    "equal fold of another spelling": (FoldedEq("name", "arger 100%"), {"full"}),
    "equal fold of a part": (FoldedEq("name", "apf"), set()),
    "equal number": (Eq("number", 5), {"full", "same"}),
    "equal flag": (Eq("flag", False), {"low", "same"}),
    "equal time": (Eq("moment", MOMENT), {"full"}),
    "less": (Compare("number", "<", 5), {"low"}),
    "at most": (Compare("number", "<=", 5), {"full", "low", "same"}),
    "later": (Compare("moment", ">", MOMENT - timedelta(microseconds=1)), {"full"}),
    "among": (In("code", ("b", "ä", "x")), {"low", "same"}),
    "among none": (In("code", ()), set()),
    "absent": (IsNull("number"), {"empty"}),
    "present": (Not(IsNull("number")), {"full", "low", "same"}),
    "unequal, absent too": (Not(Eq("number", 5)), {"low", "empty"}),
    "not less, absent too": (Not(Compare("number", "<", 5)), {"full", "same", "empty"}),
    "not among, absent too": (Not(In("code", ("B",))), {"low", "same", "empty"}),
    "begins": (Prefix("name", "ap"), {"low", "same"}),
    "begins, folded": (Prefix("name", "ARG"), {"full"}),
    "contains, folded": (FoldedContains("name", "FÉL"), {"low", "same"}),
    "contains a percent sign": (FoldedContains("name", "%"), {"full"}),
    "contains a low line": (FoldedContains("name", "_"), {"low"}),
    "begins with a percent sign": (Prefix("name", "%"), set()),
    "list has": (Has("labels", "a"), {"full"}),
    "list has a metacharacter": (Has("labels", "b%"), {"full"}),
    "object has": (Has("notes", "k"), {"full"}),
    "object has an absent value": (Has("notes", "k2"), {"same"}),
    "list has not": (Not(Has("labels", "a")), {"low", "same", "empty"}),
    "all of": (And(Eq("number", 5), Eq("flag", True)), {"full"}),
    "all of none": (And(), {"full", "low", "same", "empty"}),
    "any of": (Or(Eq("code", "B"), IsNull("number")), {"full", "empty"}),
    "any of none": (Or(), set()),
    "or inside and": (And(Or(Eq("code", "B"), Eq("code", "b")), Eq("number", 5)), {"full"}),
    "neither": (Not(Or(Eq("number", 5), IsNull("number"))), {"low"}),
}
ANYTHING = st.sampled_from([condition for condition, _ in EXAMPLES.values()])
CONDITIONS = st.recursive(
    ANYTHING,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(lambda parts: And(*parts)),
        st.lists(inner, max_size=3).map(lambda parts: Or(*parts)),
    ),
    max_leaves=6,
)
BAD: dict[str, Query | Aggregate] = {
    "unknown field": Query(Sample, Eq("colour", "red")),
    "another type": Query(Sample, Eq("number", "5")),
    "truth for a number": Query(Sample, Eq("number", True)),
    "none": Query(Sample, Eq("code", None)),
    "number too large": Query(Sample, Compare("number", "<", 2**63)),
    "order of text": Query(Sample, Compare("name", "<", "x")),
    "unknown operator": Query(Sample, Compare("number", "<>", 1)),  # type: ignore[arg-type]
    "list compared": Query(Sample, Eq("labels", ())),
    "prefix of plain text": Query(Sample, Prefix("code", "b")),
    "element of text": Query(Sample, Has("name", "x")),
    "naive time": Query(Sample, Eq("moment", MOMENT.replace(tzinfo=None))),
    "NUL": Query(Sample, Eq("code", "\x00")),
    "half a surrogate pair": Query(Sample, Not(In("code", ("a", "\ud800")))),
    "order of a list": Query(Sample, order=Order("labels")),
    "negative limit": Query(Sample, limit=-1),
    "negative offset": Query(Sample, offset=-1),
    "sum of text": Aggregate(Sample, measures=(Measure("sum", "code"),)),
    "group of lists": Aggregate(Sample, by=("labels",)),
    "having what is not asked": Aggregate(Sample, having=Compare("sum_number", ">", 1)),
}


def keys(rows: list[Any]) -> set[str]:
    """The keys of rows."""
    return {row.key for row in rows}


class QueryRules(Conformance):
    """Conditions, writes by condition, streams and measures."""

    @rule("Q-01")
    def test_conditions(self, library: Library) -> None:
        """Each condition finds exactly its rows; a comparison with an absent value is false, and its `Not` true."""
        stored(library, *ROWS)
        expected = {name: found for name, (_, found) in EXAMPLES.items()}
        with probing(library, read_only=True) as probe:
            assert {name: keys(probe.find(Query(Sample, where))) for name, (where, _) in EXAMPLES.items()} == expected

    @rule("Q-02")
    def test_any_condition(self, library: Library) -> None:
        """Conditions combined in any way find what the reference finds, ordered and cut as asked."""
        stored(library, *ROWS)
        orders = st.none() | st.builds(Order, st.sampled_from(["name", "number", "moment"]), st.booleans())

        @TRIALS
        @given(CONDITIONS, orders, st.none() | st.integers(0, 3), st.integers(0, 2))
        def check(condition: Condition, order: Order | None, limit: int | None, offset: int) -> None:
            query = Query(Sample, condition, order, limit, offset)
            expected = [row.key for row in select(query, lambda model: ROWS)]
            with probing(library, read_only=True) as probe:
                assert [row.key for row in probe.find(query)] == expected
                assert [row[0] for row in probe.rows(query, ("id", "number"))] == expected

        check()

    @rule("Q-03")
    def test_another_model(self, library: Library) -> None:
        """`Exists` finds rows that some row of another model agrees with, and `Not` of it the rest."""
        stored(library, *(Shelf(id=f"s{number}", label=f"{number}") for number in range(3)))
        stored(library, Box(id="a", shelf="s0", origin="s1"), Box(id="b", shelf="s0"))
        with probing(library, read_only=True) as probe:
            find: Callable[[Condition], set[str]] = lambda where: keys(probe.find(Query(Shelf, where)))  # noqa: E731
            assert find(Exists(Box, {"id": "shelf"})) == {"s0"}
            assert find(Not(Exists(Box, {"id": "shelf"}))) == {"s1", "s2"}
            assert find(Exists(Box, {"id": "origin"}, Eq("id", "a"))) == {"s1"}
            assert find(Exists(Box, {"id": "origin"}, Eq("id", "b"))) == set()
            assert find(And(Eq("label", "0"), Exists(Box, {"id": "shelf"}, Eq("id", "b")))) == {"s0"}

    @rule("Q-04")
    def test_bad_queries(self, library: Library) -> None:
        """A query that names no field, compares what cannot be compared or asks too much is `InvalidValue`."""
        answered = []
        with probing(library, read_only=True) as probe:
            for name, query in BAD.items():
                with suppress(InvalidValue):
                    _ = probe.find(query) if isinstance(query, Query) else probe.aggregate(query)
                    answered.append(name)
        assert answered == []

    @rule("Q-05")
    def test_patches_by_query(self, library: Library, other: Library) -> None:
        """A patch by query changes its rows alone, and counts those that changed."""
        stored(library, *ROWS)
        with probing(library) as probe:
            assert probe.patch_where(Query(Sample, Not(IsNull("number"))), {"flag": False, "name": "New"}) == 3
            assert probe.patch_where(Query(Sample, Eq("number", 5)), {"flag": False}) == 0
        with probing(other, read_only=True) as seen:
            rows = seen.get_many(Sample, ["full", "low", "empty"])
        assert [(row.flag, row.name, row.revision) for row in rows.values()] == [
            (False, "New", 2),
            (False, "New", 2),
            (None, None, 1),
        ]

    @rule("Q-06")
    @pytest.mark.parametrize("descending", [False, True])
    def test_writes_by_query_keep_to_its_window(self, library: Library, other: Library, descending: bool) -> None:
        """Patches and deletions by query keep to the order, limit and offset of the query."""
        stored(library, *(Sample(id=f"{number}", number=number) for number in range(6)))
        with probing(library) as probe:
            window = Query(Sample, order=Order("number", descending), limit=2, offset=1)
            assert probe.patch_where(window, {"code": "changed"}) == 2
            assert probe.delete_where(Query(Sample, Not(IsNull("code")), Order("number", descending), limit=1)) == 1
        with probing(other, read_only=True) as seen:
            left = {row.key: row.code for row in seen.find(Query(Sample))}
        changed, deleted = ("3", "4") if descending else ("2", "1")
        assert left == {str(n): "changed" if str(n) == changed else None for n in range(6) if str(n) != deleted}

    @rule("Q-07")
    def test_streams(self, library: Library) -> None:
        """A stream gives the rows of its query in order, in batches of at most the size asked for."""
        stored(library, *(Sample(id=f"{number:02}", number=-number) for number in range(10)))
        with probing(library, read_only=True) as probe:
            batches = list(probe.stream(Query(Sample, order=Order("number"), limit=8, offset=1), 3))
        assert [row.number for batch in batches for row in batch] == list(range(-8, 0))
        assert all(1 <= len(batch) <= 3 for batch in batches)

    @rule("Q-08")
    def test_a_stream_whose_model_is_written(self, library: Library) -> None:
        """A stream ends as `StreamStale` when its session writes to its model, not when it writes to another."""
        stored(library, *ROWS)
        with probing(library) as probe:
            stream = probe.stream(Query(Sample), 1)
            next(stream)
            probe.insert(Shelf(id="s", label="one"))
            next(stream)
            probe.insert(Sample(id="new"))
            with pytest.raises(StreamStale):
                next(stream)
            probe.insert(Sample(id="newer"))

    @rule("Q-09")
    def test_measures(self, library: Library) -> None:
        """Counts, sums, least and greatest leave absent values out; over no rows counts are 0, the others None."""
        stored(library, *ROWS)
        measures = (
            COUNT,
            Measure("count", "number"),
            Measure("count_distinct", "number"),
            Measure("sum", "number"),
            Measure("min", "moment"),
            Measure("max", "number"),
        )
        with probing(library, read_only=True) as probe:
            assert probe.aggregate(Aggregate(Sample, measures=measures)) == [
                (4, 3, 2, 7, MOMENT - timedelta(microseconds=1), 5)
            ]
            nothing = probe.aggregate(Aggregate(Sample, Eq("code", "none"), measures=measures))
        assert nothing == [(0, 0, 0, None, None, None)]

    @rule("Q-10")
    def test_large_sums(self, library: Library) -> None:
        """Sums are exact past what a double holds."""
        stored(library, *(Sample(id=f"{number}", number=2**53 + number) for number in range(3)))
        with probing(library, read_only=True) as probe:
            assert probe.aggregate(Aggregate(Sample, measures=(Measure("sum", "number"),))) == [(3 * 2**53 + 3,)]

    @rule("Q-11")
    def test_groups(self, library: Library) -> None:
        """Groups are of exactly equal values, None being one, in the contract's order, cut by having and limit."""
        names = ["b", "B", "b", "ä", "A", None, "b", None]
        stored(library, *(Sample(id=f"{number}", name=name) for number, name in enumerate(names)))
        with probing(library, read_only=True) as probe:
            ask: Callable[..., list[Any]] = lambda **how: probe.aggregate(Aggregate(Sample, by=("name",), **how))  # noqa: E731
            assert ask() == [("A", 1), ("ä", 1), ("B", 1), ("b", 3), (None, 2)]
            assert ask(order=Order("count", descending=True)) == [("b", 3), (None, 2), ("A", 1), ("ä", 1), ("B", 1)]
            assert ask(having=Compare("count", ">", 1)) == [("b", 3), (None, 2)]
            assert ask(order=Order("name", descending=True), limit=2, offset=1) == [("B", 1), ("ä", 1)]

    @rule("Q-12")
    def test_any_groups(self, library: Library) -> None:
        """Groups over any rows are what the reference computes."""
        stored(library, *ROWS)
        measures = (COUNT, Measure("sum", "number"), Measure("max", "moment"), Measure("count_distinct", "code"))
        orders = st.none() | st.builds(Order, st.sampled_from(["number", "count", "sum_number"]), st.booleans())

        @TRIALS
        @given(st.permutations(["number", "flag"]), CONDITIONS, orders, st.none() | st.integers(0, 2))
        def check(by: list[str], condition: Condition, order: Order | None, limit: int | None) -> None:
            asked = Aggregate(Sample, condition, tuple(by), measures, order=order, limit=limit)
            with probing(library, read_only=True) as probe:
                assert probe.aggregate(asked) == aggregate(asked, lambda model: ROWS)

        check()

    @rule("Q-13")
    def test_writes_of_nothing(self, library: Library, other: Library) -> None:
        """Writes by a query that finds nothing, and batches of nothing, change nothing."""
        stored(library, *ROWS)
        writes: list[Callable[[Session], object]] = [
            lambda at: at.patch_where(Query(Sample, Or()), {"number": 1}),
            lambda at: at.delete_where(Query(Sample, Or())),
            lambda at: at.patch_where(Query(Sample, limit=0), {"number": 1}),
            lambda at: at.upsert([]),
            lambda at: at.insert(),
        ]
        with nothing_changes(other), probing(library) as probe:
            assert [write(probe) for write in writes] == [0, 0, 0, [], None]

    @rule("Q-14")
    def test_sums_past_64_bits(self, library: Library) -> None:
        """A sum, and a bound on it, may be larger than any integer that is stored."""
        stored(library, *(Sample(id=key, number=2**62) for key in "abc"))
        total = Measure("sum", "number")
        with probing(library, read_only=True) as probe:
            assert [
                probe.aggregate(Aggregate(Sample, measures=(total,), having=Compare("sum_number", sign, 2**63)))
                for sign in (">", "<")
            ] == [[(3 * 2**62,)], []]
