"""The shape of a condition, which is the condition with its values taken out.

A statement is compiled once for each shape. The values are collected in the same walk, in the order in which
`conditions` numbers the parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from karaoke_persist.contract import (
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
)
from karaoke_persist.models import Kind, Record, field_of, key_fold
from karaoke_persist_sql.dialect import SQLDialect

Shape = tuple[Any, ...]
_LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)


class Values:
    """The values of one statement, in the order of its parameters."""

    def __init__(self, dialect: SQLDialect) -> None:
        self.dialect = dialect
        self.list: list[Any] = []

    def add(self, kind: Kind, value: Any) -> None:
        """A value of a field, as the database takes it."""
        self.list.append(self._encoded(kind, value))

    def add_packed(self, kind: Kind, values: tuple[Any, ...]) -> None:
        """Many values of a field, as one parameter."""
        self.list.append(self.dialect.pack([self._encoded(kind, value) for value in values]))

    def add_place(self, kind: Kind, value: Any, *, folded: bool) -> None:
        """A value of the field that rows are ordered by."""
        if folded:
            self.list.append(key_fold(value))
        self.add(kind, value)

    def _encoded(self, kind: Kind, value: Any) -> Any:
        encode = self.dialect.encoders.get(kind)
        return value if encode is None else encode(value)


def shape_of(model: type[Record], condition: Condition | None, values: Values) -> Shape | None:
    """The shape of a condition on rows of a model; adds its values."""
    return None if condition is None else _SHAPES[type(condition)](model, condition, values)


def prefix_end(prefix: str) -> str | None:
    """The least text that comes after every text with this prefix; None if there is none."""
    for place in range(len(prefix) - 1, -1, -1):
        following = ord(prefix[place]) + 1
        if following == _SURROGATES[0]:
            following = _SURROGATES[1] + 1
        if following <= _LAST:
            return prefix[:place] + chr(following)
    return None


def _eq(model: type[Record], condition: Eq, values: Values) -> Shape:
    kind = field_of(model, condition.field).kind
    values.add_place(kind, condition.value, folded=kind is Kind.INDEXED)
    return "eq", condition.field


def _compare(model: type[Record], condition: Compare, values: Values) -> Shape:
    values.add(field_of(model, condition.field).kind, condition.value)
    return "compare", condition.field, condition.operator


def _in(model: type[Record], condition: In, values: Values) -> Shape:
    kind = field_of(model, condition.field).kind
    if kind is Kind.INDEXED:
        values.add_packed(Kind.TEXT, tuple({key_fold(value) for value in condition.values}))
    values.add_packed(kind, condition.values)
    return "in", condition.field


def _is_null(_model: type[Record], condition: IsNull, _values: Values) -> Shape:
    return "null", condition.field


def _prefix(_model: type[Record], condition: Prefix, values: Values) -> Shape:
    start = key_fold(condition.text)
    end = prefix_end(start)
    values.list += [start] if end is None else [start, end]
    return "prefix", condition.field, end is not None


def _folded_eq(_model: type[Record], condition: FoldedEq, values: Values) -> Shape:
    values.list.append(key_fold(condition.text))
    return "folded_eq", condition.field


def _contains(_model: type[Record], condition: FoldedContains, values: Values) -> Shape:
    values.list.append(key_fold(condition.text))
    return "contains", condition.field


def _has(_model: type[Record], condition: Has, values: Values) -> Shape:
    values.list.append(condition.element)
    return "has", condition.field


def _and(model: type[Record], condition: And, values: Values) -> Shape:
    return "and", tuple([shape_of(model, part, values) for part in condition.conditions])


def _or(model: type[Record], condition: Or, values: Values) -> Shape:
    return "or", tuple([shape_of(model, part, values) for part in condition.conditions])


def _not(model: type[Record], condition: Not, values: Values) -> Shape:
    return "not", shape_of(model, condition.condition, values)


def _exists(_model: type[Record], condition: Exists, values: Values) -> Shape:
    return "exists", condition.model, condition.on, shape_of(condition.model, condition.where, values)


_SHAPES: dict[type, Callable[[type[Record], Any, Values], Shape]] = {
    And: _and,
    Compare: _compare,
    Eq: _eq,
    Exists: _exists,
    FoldedContains: _contains,
    FoldedEq: _folded_eq,
    Has: _has,
    In: _in,
    IsNull: _is_null,
    Not: _not,
    Or: _or,
    Prefix: _prefix,
}
