"""SELECT statements of aggregates.

A count for each value of a `Counted` field is read from the table that keeps it, whatever the number of rows, and so is
the number of its values.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.sql.expression import FromClause

from karaoke_persist.contract import (
    COUNT,
    Aggregate,
    And,
    Condition,
    Eq,
    FoldedContains,
    FoldedEq,
    In,
    Measure,
    Or,
    Order,
    Prefix,
)
from karaoke_persist.models import Kind, Record, field_of
from karaoke_persist_sql.conditions import Clause, Conditions, Parameters
from karaoke_persist_sql.counters import FOLD, NUMBER, VALUE
from karaoke_persist_sql.dialect import SQLDialect
from karaoke_persist_sql.layout import Layout
from karaoke_persist_sql.names import fold_name
from karaoke_persist_sql.shapes import Shape, Values, shape_of
from karaoke_persist_sql.statements import Statement

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SUM_PART = 32
_COUNTED = "kp_counted"


class AggregateShape(NamedTuple):
    """An aggregate without its values."""

    model: type[Record]
    where: Shape | None
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    having: tuple[str, str] | None
    order: Order | None
    counter: str | None
    """The counted field that answers it."""


def aggregate_shape(request: Aggregate, layout: Layout, values: Values) -> AggregateShape:
    """The shape of an aggregate; adds its values."""
    where = shape_of(request.model, request.where, values)
    having = None
    if request.having is not None:
        having = request.having.field, request.having.operator
        _add_bound(request, values)
    values.list += [values.dialect.no_limit if request.limit is None else request.limit, request.offset]
    counter = _counter(request, layout)
    return AggregateShape(request.model, where, request.by, request.measures, having, request.order, counter)


def aggregate_statement(shape: AggregateShape, layout: Layout, dialect: SQLDialect) -> Statement:
    """The statement of a shape; its columns are those of `by`, then the parts of each measure."""
    return Statement(_AggregateBuilder(shape, layout, dialect).build(), dialect.compiler)


def _add_bound(request: Aggregate, values: Values) -> None:
    assert request.having is not None
    measures = {measure.name: measure for measure in request.measures}
    name, bound = request.having.field, request.having.value
    measure = measures.get(name)
    if name in request.by or (measure is not None and measure.field and measure.function in ("min", "max")):
        field = name if name in request.by else measure.field if measure is not None else None
        values.add(field_of(request.model, field or name).kind, bound)
        return
    parts = 1 if measure is None or measure.function != "sum" else values.dialect.sum_part_count
    for part in _split(bound, parts):
        values.add(Kind.INTEGER, part)


def _split(value: int, parts: int) -> list[int]:
    """A number as the parts that `sum_parts` has, most significant first."""
    low = [(value >> (SUM_PART * place)) & (2**SUM_PART - 1) for place in range(parts - 1)]
    return [value >> (SUM_PART * (parts - 1)), *reversed(low)]


def _counter(request: Aggregate, layout: Layout) -> str | None:
    """The counted field whose table answers the request, if there is one."""
    if request.by and request.measures and set(request.measures) == {COUNT}:
        field = request.by[0] if len(request.by) == 1 else None
    elif not request.by and len(request.measures) == 1 and request.measures[0].function == "count_distinct":
        field = request.measures[0].field
    else:
        return None
    if field is None or (request.model, field) not in layout.counters:
        return None
    if request.where is None:
        # Rows without a value are not counted there, and yet a group.
        return field if not request.by or not field_of(request.model, field).nullable else None
    return field if _is_about_value(request.where, field) else None


def _is_about_value(condition: Condition, field: str) -> bool:
    """Whether a condition looks at nothing but a present value of this field."""
    if isinstance(condition, Eq | FoldedEq | In | Prefix | FoldedContains):
        return condition.field == field
    if isinstance(condition, And | Or):
        # An empty And holds for absent values too.
        parts = condition.conditions
        return (bool(parts) or isinstance(condition, Or)) and all(_is_about_value(part, field) for part in parts)
    return False


class _AggregateBuilder:
    """Builds one SELECT with groups."""

    def __init__(self, shape: AggregateShape, layout: Layout, dialect: SQLDialect) -> None:
        self._shape, self._dialect = shape, dialect
        self._parameters = Parameters()
        self._conditions = Conditions(layout, dialect, self._parameters)
        self._rows: FromClause = layout.tables[shape.model]
        # Whether every row says its number, so that nothing needs to be counted.
        self._kept = shape.counter is not None and (bool(shape.by) or shape.where is None)
        if shape.counter is not None:
            kept = layout.counters if shape.by or shape.where is not None else layout.totals
            self._rows = _as_rows(kept[shape.model, shape.counter], shape.counter)

    def build(self) -> Any:
        """The whole statement."""
        shape, take = self._shape, self._parameters.next
        where = self._conditions.build(shape.model, self._rows, shape.where)
        columns = [self._rows.c[name] for name in shape.by]
        measured = [part for measure in shape.measures for part in self._parts(measure)]
        statement = select(*columns, *measured).select_from(self._rows).where(where)
        if shape.by and shape.counter is None:
            statement = statement.group_by(*[part for name in shape.by for part in self._sorting(name)])
        if shape.having is not None:
            bound = self._having(*shape.having)
            statement = statement.where(bound) if self._kept else statement.having(bound)
        return statement.order_by(*self._order()).limit(take()).offset(take())

    def _parts(self, measure: Measure) -> Sequence[ColumnElement[Any]]:
        """The columns that measure a group, most significant first."""
        if self._shape.counter is not None:
            return [self._rows.c[_COUNTED] if self._kept else func.count()]
        if measure.field is None:
            return [func.count()]
        column = self._rows.c[measure.field]
        match measure.function:
            case "count":
                return [func.count(column)]
            case "count_distinct":
                return [func.count(column.distinct())]
            case "sum":
                return self._dialect.sum_parts(column)
            case "min":
                return [func.min(column)]
            case "max":
                return [func.max(column)]

    def _having(self, name: str, sign: str) -> Clause:
        parts = [self._rows.c[name]] if name in self._shape.by else list(self._parts(self._measure(name)))
        bounds = [self._parameters.next() for _ in parts]
        clauses: list[Clause] = []
        for place, (part, bound) in enumerate(zip(parts, bounds, strict=True)):
            last = place == len(parts) - 1
            compare = _OPERATORS[sign if last else sign[0]]
            equal = [before == limit for before, limit in zip(parts[:place], bounds[:place], strict=True)]
            clauses.append(and_(true(), *equal, compare(part, bound)))
        return or_(*clauses)

    def _order(self) -> list[ColumnElement[Any]]:
        shape, order = self._shape, self._shape.order
        columns: list[ColumnElement[Any]] = []
        if order is not None:
            columns += self._directed(order.field, descending=order.descending)
        for name in shape.by:
            columns += self._directed(name, descending=False)
        return columns

    def _directed(self, name: str, *, descending: bool) -> list[ColumnElement[Any]]:
        parts = self._sorting(name)
        absent_last = [parts[0].is_(None)] if self._may_be_absent(name) else []
        return [*absent_last, *[part.desc() if descending else part for part in parts]]

    def _sorting(self, name: str) -> Sequence[ColumnElement[Any]]:
        """What a column of the answer sorts by."""
        if name not in self._shape.by:
            return self._parts(self._measure(name))
        if field_of(self._shape.model, name).kind is not Kind.INDEXED:
            return [self._rows.c[name]]
        return [self._rows.c[fold_name(name)], self._rows.c[name]]

    def _may_be_absent(self, name: str) -> bool:
        if name in self._shape.by:
            return self._shape.counter is None and field_of(self._shape.model, name).nullable
        return self._measure(name).function in ("sum", "min", "max")

    def _measure(self, name: str) -> Measure:
        return next(measure for measure in self._shape.measures if measure.name == name)


def _as_rows(counts: FromClause, field: str) -> FromClause:
    """A table of counts, or of their number, under the names of the field counted, so that conditions find them."""
    columns: list[ColumnElement[Any]] = [counts.c[NUMBER].label(_COUNTED)]
    if VALUE in counts.c:
        columns.append(counts.c[VALUE].label(field))
    if FOLD in counts.c:
        columns.append(counts.c[FOLD].label(fold_name(field)))
    return select(*columns).subquery("counts")
