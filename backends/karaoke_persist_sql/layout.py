"""All tables of a store: those of its models and those that count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import MetaData, Table, create_mock_engine, make_url
from sqlalchemy.engine.interfaces import Dialect

from karaoke_persist.models import MODELS, Record
from karaoke_persist_sql.counters import counter_table, total_table
from karaoke_persist_sql.dialect import SQLDialect
from karaoke_persist_sql.names import table_name
from karaoke_persist_sql.search.indexes import SearchIndexes
from karaoke_persist_sql.tables import row_base, row_class, table_of


class Layout:
    """The tables of a set of models, in a metadata of their own."""

    def __init__(self, models: Iterable[type[Record]], dialect: SQLDialect) -> None:
        self.models = tuple(dict.fromkeys((*MODELS, *models)))
        self.metadata = MetaData()
        self.tables: dict[type[Record], Table] = {}
        self.counters: dict[tuple[type[Record], str], Table] = {}
        self.totals: dict[tuple[type[Record], str], Table] = {}
        self._creation: list[str] = []
        base = row_base(self.metadata)
        key_columns = {model.integrity.collection: model.integrity.key for model in self.models}
        for model in self.models:
            self.tables[model] = table_of(row_class(model, base, key_columns, dialect))
            self._add_counters(model, dialect)
        self.search = None if dialect.search is None else SearchIndexes(self.metadata, dialect)

    def model_of(self, collection: str) -> type[Record]:
        """The model of a collection."""
        return next(model for model in self.models if model.integrity.collection == collection)

    @property
    def added_tables(self) -> list[Table]:
        """The tables that no migration makes: those of models beyond the package's own, in the order of creation."""
        own = {table_name(model) for model in MODELS}
        for tables in (self.counters, self.totals):
            own |= {table.name for (model, _), table in tables.items() if model in MODELS}
        own |= set() if self.search is None else {table.name for table in self.search.all}
        return [table for table in self.metadata.sorted_tables if table.name not in own]

    def creation(self, dialect: Dialect) -> list[str]:
        """The statements that create everything, in order; compiled once, for tests make many databases."""
        if not self._creation:

            def collect(statement: Any, *_: object, **__: object) -> None:
                self._creation.append(str(statement.compile(dialect=dialect)))

            engine: Any = create_mock_engine(make_url(f"{dialect.name}://"), collect)
            self.metadata.create_all(engine, checkfirst=False)
        return self._creation

    def _add_counters(self, model: type[Record], dialect: SQLDialect) -> None:
        rows = self.tables[model]
        for entry in model.integrity.counted:
            counts = counter_table(model, entry.field, self.metadata, rows, dialect)
            self.counters[model, entry.field] = counts
            self.totals[model, entry.field] = total_table(model, entry.field, counts, dialect)


def layout_of(models: tuple[type[Record], ...], dialect: SQLDialect) -> Layout:
    """The layout of a set of models; making one takes a while, and stores share it."""
    key = models, type(dialect), dialect.schema
    layout = _layouts.get(key)
    if layout is None:
        if len(_layouts) >= _KEPT_LAYOUTS:
            _layouts.clear()
        layout = _layouts[key] = Layout(models, dialect)
    return layout


_KEPT_LAYOUTS = 64
_layouts: dict[tuple[tuple[type[Record], ...], type[SQLDialect], str | None], Layout] = {}
