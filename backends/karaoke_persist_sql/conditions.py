"""From the shape of a condition to SQL.

SQL's third truth value counts as false here: every condition may be NULL instead of false, and only `Not` tells the
difference, by asking for "is not true".
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, false, literal_column, or_, select, true
from sqlalchemy.sql.expression import FromClause

from karaoke_persist.models import Kind, Record, field_of
from karaoke_persist_sql.dialect import SQLDialect
from karaoke_persist_sql.layout import Layout
from karaoke_persist_sql.names import fold_name
from karaoke_persist_sql.shapes import Shape
from karaoke_persist_sql.statements import PARAMETER

Clause = ColumnElement[bool]
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Parameters:
    """The parameters of one statement, numbered as they are asked for."""

    def __init__(self) -> None:
        self.number = 0

    def next(self) -> BindParameter[Any]:
        """A parameter for the next value."""
        self.number += 1
        return bindparam(f"{PARAMETER}{self.number - 1}")


class Conditions:
    """Builds the conditions of one statement."""

    def __init__(self, layout: Layout, dialect: SQLDialect, parameters: Parameters) -> None:
        self._layout, self._dialect, self._next = layout, dialect, parameters.next
        self._aliases = 0

    def build(self, model: type[Record], rows: FromClause, shape: Shape | None) -> Clause:
        """The clause of a shape, about the columns of `rows`."""
        if shape is None:
            return true()
        make: Callable[..., Clause] = getattr(self, f"_{shape[0]}")
        return make(model, rows, *shape[1:])

    def _eq(self, model: type[Record], rows: FromClause, field: str) -> Clause:
        if field_of(model, field).kind is not Kind.INDEXED:
            return rows.c[field] == self._next()
        # The fold says nothing new, but the index begins with it.
        return and_(rows.c[fold_name(field)] == self._next(), rows.c[field] == self._next())

    def _compare(self, model: type[Record], rows: FromClause, field: str, sign: str) -> Clause:
        compared: Clause = _OPERATORS[sign](rows.c[field], self._next())
        return compared

    def _in(self, model: type[Record], rows: FromClause, field: str) -> Clause:
        if field_of(model, field).kind is not Kind.INDEXED:
            return self._dialect.is_packed(rows.c[field], self._next())
        folded = self._dialect.is_packed(rows.c[fold_name(field)], self._next())
        # Both by the index would try every fold with every value.
        return and_(folded, self._dialect.is_packed(self._dialect.unindexed(rows.c[field]), self._next()))

    def _null(self, model: type[Record], rows: FromClause, field: str) -> Clause:
        if field_of(model, field).kind is not Kind.INDEXED:
            return rows.c[field].is_(None)
        return and_(rows.c[fold_name(field)].is_(None), rows.c[field].is_(None))

    def _prefix(self, model: type[Record], rows: FromClause, field: str, ends: bool) -> Clause:
        fold = rows.c[fold_name(field)]
        start = fold >= self._next()
        return and_(start, fold < self._next()) if ends else start

    def _folded_eq(self, model: type[Record], rows: FromClause, field: str) -> Clause:
        same: Clause = rows.c[fold_name(field)] == self._next()
        return same

    def _contains(self, model: type[Record], rows: FromClause, field: str) -> Clause:
        return self._dialect.contains(rows.c[fold_name(field)], self._next())

    def _has(self, model: type[Record], rows: FromClause, field: str) -> Clause:
        return self._dialect.has_element(rows.c[field], field_of(model, field).kind, self._next())

    def _and(self, model: type[Record], rows: FromClause, parts: tuple[Shape, ...]) -> Clause:
        return and_(true(), *[self.build(model, rows, part) for part in parts])

    def _or(self, model: type[Record], rows: FromClause, parts: tuple[Shape, ...]) -> Clause:
        return or_(false(), *[self.build(model, rows, part) for part in parts])

    def _not(self, model: type[Record], rows: FromClause, part: Shape) -> Clause:
        return self.build(model, rows, part).self_group().is_not(true())

    def _exists(
        self, model: type[Record], rows: FromClause, other: type[Record], on: tuple[tuple[str, str], ...], where: Shape
    ) -> Clause:
        self._aliases += 1
        theirs = self._layout.tables[other].alias(f"other_{self._aliases}")
        pairs = [theirs.c[their] == rows.c[our] for our, their in on]
        meets = self.build(other, theirs, where)
        return exists(select(literal_column("1")).select_from(theirs).where(*pairs, meets).correlate_except(theirs))
