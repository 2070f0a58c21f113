"""Everything about one model that is made once: its table, its codec, and the statements that need no query."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, delete, literal_column, or_, select, update

from karaoke_persist.contract import Aggregate, Query
from karaoke_persist.contract.search import NORMALISER, NORMALISERS
from karaoke_persist.models import Record
from karaoke_persist_sql.aggregates import aggregate_shape, aggregate_statement
from karaoke_persist_sql.codec import Codec
from karaoke_persist_sql.conditions import Parameters
from karaoke_persist_sql.dialect import SQLDialect
from karaoke_persist_sql.layout import Layout
from karaoke_persist_sql.names import fold_name
from karaoke_persist_sql.selects import select_shape, select_statement
from karaoke_persist_sql.shapes import Values
from karaoke_persist_sql.statements import Statement, StatementCache
from karaoke_persist_sql.tables import column_names


class Plans:
    """What the sessions of a store share."""

    def __init__(self, layout: Layout, dialect: SQLDialect) -> None:
        self.layout, self.dialect = layout, dialect
        self.rules, self.normaliser = NORMALISERS, NORMALISER
        self._cache = StatementCache()
        self._models = {model: ModelPlan(model, layout, dialect) for model in layout.models}

    def __getitem__(self, model: type[Record]) -> ModelPlan:
        return self._models[model]

    def select(self, query: Query, columns: tuple[str, ...]) -> tuple[str, Any]:
        """SQL and parameters for some columns of a query's rows."""
        values = Values(self.dialect)
        shape = select_shape(query, columns, values)
        statement = self._cache.get(shape, lambda: select_statement(shape, self.layout, self.dialect))
        return statement.sql, statement.parameters(values.list)

    def aggregate(self, request: Aggregate) -> tuple[str, Any]:
        """SQL and parameters of an aggregate."""
        values = Values(self.dialect)
        shape = aggregate_shape(request, self.layout, values)
        statement = self._cache.get(shape, lambda: aggregate_statement(shape, self.layout, self.dialect))
        return statement.sql, statement.parameters(values.list)


class ModelPlan:
    """One model's table, codec and statements."""

    def __init__(self, model: type[Record], layout: Layout, dialect: SQLDialect) -> None:
        self.model, self.table = model, layout.tables[model]
        self.codec = Codec(model, dialect)
        self.key_name = model.integrity.key
        self._dialect = dialect
        self._cache = StatementCache()

    @cached_property
    def get_one(self) -> str:
        """The row of one key."""
        columns = [self.table.c[name] for name in self.codec.fields]
        return self._compiled(select(*columns).where(self._key == Parameters().next())).sql

    @cached_property
    def get_many(self) -> str:
        """The rows of packed keys."""
        return self.columns_of(self.codec.fields)

    @cached_property
    def revision_of_one(self) -> str:
        """The revision of one key."""
        return self._compiled(select(self.table.c.revision).where(self._key == Parameters().next())).sql

    @cached_property
    def insert(self) -> str:
        """A whole row in the order of `Codec.row`."""
        return self._compiled(self._dialect.insert(self.table).values(self._row(Parameters()))).sql

    @cached_property
    def delete(self) -> str:
        """Delete the rows of packed keys."""
        return self._compiled(delete(self.table).where(self._is_packed_key(Parameters()))).sql

    def columns_of(self, columns: Iterable[str], of: tuple[str, ...] = ()) -> str:
        """Some columns of the rows whose key, or each of other columns, is among packed values."""
        names = tuple(columns)
        return self._cache.get(("columns", names, of), lambda: self._columns_of(names, of or (self.key_name,))).sql

    def upsert(self, given: frozenset[str]) -> str:
        """A whole row in the order of `Codec.row`; over an existing one, the given fields where one differs."""
        return self._cache.get(("upsert", given), lambda: self._upsert(given)).sql

    def patch(self, columns: tuple[str, ...], *, many: bool) -> Statement:
        """Change columns where one differs; takes the key (or packed keys), then a value for each column.

        Gives the key and the revision of each row it changed.
        """
        return self._cache.get(("patch", columns, many), lambda: self._patch(columns, many))

    def _columns_of(self, names: tuple[str, ...], of: tuple[str, ...]) -> Statement:
        parameters = Parameters()
        among = [self._dialect.is_packed(self.table.c[name], parameters.next()) for name in of]
        return self._compiled(select(*[self.table.c[name] for name in names]).where(*among))

    def _upsert(self, given: frozenset[str]) -> Statement:
        statement: Any = self._dialect.insert(self.table).values(self._row(Parameters()))
        columns = self._with_folds(given)
        if not columns:
            return self._compiled(statement.on_conflict_do_nothing(index_elements=[self.key_name]))
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=[self.key_name],
            set_={**{name: new[name] for name in columns}, "revision": self._next_revision},
            where=or_(*[self._differs(name, new[name]) for name in columns if name in given]),
        )
        return self._compiled(statement)

    def _patch(self, columns: tuple[str, ...], many: bool) -> Statement:
        parameters = Parameters()
        which = self._is_packed_key(parameters) if many else self._key == parameters.next()
        changes: dict[str, BindParameter[Any]] = {name: parameters.next() for name in columns}
        # A fold differs only if its field does.
        fields = [name for name in columns if name in self.codec.fields]
        differs = or_(*[self._differs(name, changes[name]) for name in fields])
        # Fields that are maintained have no say in the revision.
        risen = {} if self.model.integrity.maintains(fields) else {"revision": self._next_revision}
        statement = update(self.table).where(which, differs).values({**changes, **risen})
        return self._compiled(statement.returning(self._key, self.table.c.revision))

    def _differs(self, name: str, other: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a field's column is to change."""
        kind, column = self.codec.kind_of(name), self.table.c[name]
        if isinstance(other, BindParameter):
            return self._dialect.comparable(column, kind).is_distinct_from(other)
        return self._dialect.comparable(column, kind).is_distinct_from(self._dialect.comparable(other, kind))

    def _row(self, parameters: Parameters) -> dict[str, BindParameter[Any]]:
        return {name: parameters.next() for name in column_names(self.model)}

    def _with_folds(self, names: Iterable[str]) -> list[str]:
        """The columns of some fields, in the table's order."""
        wanted = {*names, *(fold_name(name) for name in names)}
        return [name for name in column_names(self.model) if name in wanted]

    def _is_packed_key(self, parameters: Parameters) -> ColumnElement[bool]:
        return self._dialect.is_packed(self._key, parameters.next())

    @property
    def _next_revision(self) -> ColumnElement[int]:
        return self.table.c.revision + literal_column("1")

    @property
    def _key(self) -> ColumnElement[Any]:
        return self.table.c[self.key_name]

    def _compiled(self, element: Any) -> Statement:
        return Statement(element, self._dialect.compiler)
