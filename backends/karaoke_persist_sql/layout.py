"""All tables of a store: those of its models and those that count."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import MetaData, Table

from karaoke_persist.models import MODELS, Record
from karaoke_persist_sql.counters import counter_table, total_table
from karaoke_persist_sql.dialect import SQLDialect
from karaoke_persist_sql.names import table_name
from karaoke_persist_sql.tables import row_base, row_class, table_of


class Layout:
    """The tables of a set of models, in a metadata of their own."""

    def __init__(self, models: Iterable[type[Record]], dialect: SQLDialect) -> None:
        self.models = tuple(dict.fromkeys((*MODELS, *models)))
        self.metadata = MetaData()
        self.tables: dict[type[Record], Table] = {}
        self.counters: dict[tuple[type[Record], str], Table] = {}
        self.totals: dict[tuple[type[Record], str], Table] = {}
        base = row_base(self.metadata)
        key_columns = {model.integrity.collection: model.integrity.key for model in self.models}
        for model in self.models:
            self.tables[model] = table_of(row_class(model, base, key_columns, dialect))
            self._add_counters(model, dialect)

    def model_of(self, collection: str) -> type[Record]:
        """The model of a collection."""
        return next(model for model in self.models if model.integrity.collection == collection)

    @property
    def added_tables(self) -> list[Table]:
        """The tables that no migration makes: those of models beyond the package's own, in the order of creation."""
        own = {table_name(model) for model in MODELS}
        for tables in (self.counters, self.totals):
            own |= {table.name for (model, _), table in tables.items() if model in MODELS}
        return [table for table in self.metadata.sorted_tables if table.name not in own]

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
