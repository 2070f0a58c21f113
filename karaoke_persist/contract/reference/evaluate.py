"""The query algebra evaluated over values: what memory uses, what a small backend may use, and what SQL must equal."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from karaoke_persist.contract.query import (
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
    Not,
    Or,
    Prefix,
    Query,
)
from karaoke_persist.contract.reference.ordering import is_after, ordered
from karaoke_persist.models import Record, key_fold

Rows = Callable[[type[Record]], Iterable[Record]]
Test = Callable[[Record], bool]

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def select(query: Query, rows: Rows) -> list[Any]:
    """The values of a query, in order, from all the rows of its model. `rows(model)` gives those of any model."""
    test = matcher(query.where, rows)
    after = is_after(query)
    found = ordered([row for row in rows(query.model) if test(row) and after(row)], query.model, query.order)
    end = None if query.limit is None else query.offset + query.limit
    return found[query.offset : end]


def matcher(condition: Condition | None, rows: Rows) -> Test:
    """A test for the rows that meet a condition."""
    match condition:
        case None:
            return lambda _: True
        case And(conditions):
            return _all_of([matcher(part, rows) for part in conditions])
        case Or(conditions):
            return _any_of([matcher(part, rows) for part in conditions])
        case Not(inner):
            test = matcher(inner, rows)
            return lambda row: not test(row)
        case Exists():
            return _exists(condition, rows)
        case _:
            return _field_test(condition)


def _all_of(tests: list[Test]) -> Test:
    return lambda row: all(test(row) for test in tests)


def _any_of(tests: list[Test]) -> Test:
    return lambda row: any(test(row) for test in tests)


def _exists(condition: Exists, rows: Rows) -> Test:
    ours = [pair[0] for pair in condition.on]
    theirs = [pair[1] for pair in condition.on]
    test = matcher(condition.where, rows)
    present = {_values(row, theirs) for row in rows(condition.model) if test(row)}
    return lambda row: None not in (values := _values(row, ours)) and values in present


def _values(row: Record, fields: list[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, field) for field in fields)


def _field_test(
    condition: Eq | FoldedEq | Compare | In | IsNull | Prefix | FoldedContains | Has,
) -> Test:
    holds = _value_test(condition)
    field = condition.field
    if isinstance(condition, IsNull):
        return lambda row: getattr(row, field) is None
    return lambda row: (value := getattr(row, field)) is not None and holds(value)


def _value_test(condition: Condition) -> Callable[[Any], bool]:
    match condition:
        case Eq(_, wanted):
            return lambda value: bool(value == wanted)
        case FoldedEq(_, text):
            fold = key_fold(text)
            return lambda value: key_fold(value) == fold
        case Compare(_, sign, bound):
            compare = OPERATORS[sign]
            return lambda value: compare(value, bound)
        case In(_, values):
            choice = frozenset(values)
            return lambda value: value in choice
        case Prefix(_, text):
            start = key_fold(text)
            return lambda value: key_fold(value).startswith(start)
        case FoldedContains(_, text):
            part = key_fold(text)
            return lambda value: part in key_fold(value)
        case Has(_, element):
            return lambda value: element in value
        case _:
            return lambda _: False
