"""SELECT statements of queries.

Absent values come last in both directions, so an order over a field that may be absent reads two partitions, the
present and the absent, each from the same index. The databases run the parts of a UNION ALL one after the other; a
part with a LIMIT of its own, as ours have, is never run by parallel workers.

A database that copies each column of each row on its way out of a UNION gets a UNION of places of rows instead, from
which the rows are read last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, and_, literal_column, select, tuple_, union_all

from karaoke_persist.contract import Order, Query
from karaoke_persist.models import Kind, Record, field_of
from karaoke_persist.models.json_values import INT64_MAX
from karaoke_persist_sql.conditions import Clause, Conditions, Parameters
from karaoke_persist_sql.dialect import SQLDialect
from karaoke_persist_sql.layout import Layout
from karaoke_persist_sql.names import fold_name
from karaoke_persist_sql.shapes import Shape, Values, shape_of
from karaoke_persist_sql.statements import Statement
from karaoke_persist_sql.tables import order_columns

Partition = Literal["present", "absent"]
_PLACE = "kp_place"


class SelectShape(NamedTuple):
    """A query without its values, and the columns asked for."""

    model: type[Record]
    columns: tuple[str, ...]
    where: Shape | None
    order: Order | None
    after: Partition | None


def select_shape(query: Query, columns: tuple[str, ...], values: Values) -> SelectShape:
    """The shape of a query; adds its values."""
    where = shape_of(query.model, query.where, values)
    after = _add_place(query, values) if query.after is not None else None
    if _partitioned(query.model, query.order) and after != "absent":
        values.list.append(_window_end(query, values.dialect))
    values.list.append(values.dialect.no_limit if query.limit is None else query.limit)
    values.list.append(query.offset)
    return SelectShape(query.model, columns, where, query.order, after)


def select_statement(shape: SelectShape, layout: Layout, dialect: SQLDialect) -> Statement:
    """The statement of a shape; its parameters are in the order in which `select_shape` added the values."""
    return Statement(_SelectBuilder(shape, layout, dialect).build(), dialect.compiler)


def _add_place(query: Query, values: Values) -> Partition:
    assert query.after is not None
    *ordered, key = query.after
    partition: Partition = "absent" if None in ordered else "present"
    if query.order is not None and partition == "present":
        kind = field_of(query.model, query.order.field).kind
        values.add_place(kind, ordered[0], folded=kind is Kind.INDEXED)
    if query.order is None or query.order.field != query.model.integrity.key:
        values.add(Kind.TEXT, key)
    return partition


def _partitioned(model: type[Record], order: Order | None) -> bool:
    return order is not None and field_of(model, order.field).nullable


def _window_end(query: Query, dialect: SQLDialect) -> int:
    return dialect.no_limit if query.limit is None else min(query.limit + query.offset, INT64_MAX)


class _SelectBuilder:
    """Builds one SELECT."""

    def __init__(self, shape: SelectShape, layout: Layout, dialect: SQLDialect) -> None:
        self._shape, self._dialect = shape, dialect
        self._parameters = Parameters()
        self._conditions = Conditions(layout, dialect, self._parameters)
        self._table: Table = layout.tables[shape.model]
        self._columns: list[ColumnElement[Any]] = [self._table.c[name] for name in shape.columns]

    def build(self) -> Any:
        """The whole statement."""
        shape, take = self._shape, self._parameters.next
        where = self._conditions.build(shape.model, self._table, shape.where)
        if not _partitioned(shape.model, shape.order):
            return self._in_order(where, self._after(), self._order_columns()).limit(take()).offset(take())
        if shape.after == "absent":
            return self._absent(where, self._after()).limit(take()).offset(take())
        columns, self._columns = self._columns, self._union_columns()
        present = self._in_order(and_(where, *self._bounds()), self._after(), self._order_columns())
        end = take()
        parts = [_named(part.limit(end)) for part in (present, self._absent(where, None))]
        union = union_all(*parts).limit(take()).offset(take())
        return union if self._dialect.row_place is None else self._rows_at(union.subquery(), columns)

    def _union_columns(self) -> list[ColumnElement[Any]]:
        name = self._dialect.row_place
        return self._columns if name is None else [literal_column(name).label(_PLACE)]

    def _rows_at(self, places: Any, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
        """Rows in the order of their places: a left join reads its left side first."""
        here: ColumnElement[Any] = literal_column(f"{self._table.name}.{self._dialect.row_place}")
        return select(*columns).select_from(places.outerjoin(self._table, here == places.c[_PLACE]))

    def _in_order(self, where: Clause, after: Clause | None, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
        statement = select(*self._columns).select_from(self._table).where(where)
        if after is not None:
            statement = statement.where(after)
        descending = self._shape.order is not None and self._shape.order.descending
        return statement.order_by(*[column.desc() if descending else column for column in columns])

    def _absent(self, where: Clause, after: Clause | None) -> Select[Any]:
        """The partition of rows whose order field is absent, which go by their key."""
        order = self._shape.order
        assert order is not None
        absent = and_(*[column.is_(None) for column in self._order_columns() if column is not self._key])
        # Ordered by the columns that are absent too: a database may know its index to be in that order only.
        return self._in_order(and_(where, absent), after, self._order_columns())

    def _after(self) -> Clause | None:
        if self._shape.after is None:
            return None
        columns = [self._key] if self._shape.after == "absent" else self._order_columns()
        places = [self._parameters.next() for _ in columns]
        here: Any = tuple_(*columns) if len(columns) > 1 else columns[0]
        place: Any = tuple_(*places) if len(places) > 1 else places[0]
        descending = self._shape.order is not None and self._shape.order.descending
        clause: Clause = here < place if descending else here > place
        return clause

    def _bounds(self) -> Sequence[Clause]:
        """That the order's field is present."""
        assert self._shape.order is not None
        if self._shape.after is not None and not self._shape.order.descending:
            return ()  # the place to go on from is a bound already, and with two an index may choose the worse
        field = field_of(self._shape.model, self._shape.order.field)
        first = fold_name(field.name) if field.kind is Kind.INDEXED else field.name
        return (self._dialect.is_present(self._table.c[first], field.kind),)

    def _order_columns(self) -> list[ColumnElement[Any]]:
        model, order = self._shape.model, self._shape.order
        if order is None:
            return [self._key]
        return [self._table.c[name] for name in order_columns(model, field_of(model, order.field))]

    @property
    def _key(self) -> ColumnElement[Any]:
        return self._table.c[self._shape.model.integrity.key]


def _named(part: Select[Any]) -> Select[Any]:
    """A part of a UNION with an order of its own, which only a subquery may have."""
    rows = part.subquery()
    return select(*rows.c)
