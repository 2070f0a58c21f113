"""Tables that count the rows for each value of a `Counted` field, kept by triggers in the same transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, Column, Index, MetaData, PrimaryKeyConstraint, Table, event

from karaoke_persist.models import Kind, Record, field_of
from karaoke_persist_sql import names
from karaoke_persist_sql.dialect import CounterNames, SQLDialect

VALUE, FOLD, NUMBER = "value", "value_fold", "n"


def counter_table(model: type[Record], field: str, metadata: MetaData, rows: Table, dialect: SQLDialect) -> Table:
    """The table of counts of a field. Its triggers are made along with it."""
    name, kind, types = names.counter_name(model, field), field_of(model, field).kind, dialect.column_types
    folded = kind is Kind.INDEXED
    columns: list[Column[Any]] = [Column(VALUE, types[kind], nullable=False)]
    columns += [Column(FOLD, types[Kind.TEXT], nullable=False)] if folded else []
    columns.append(Column(NUMBER, types[Kind.INTEGER], nullable=False))
    key = (FOLD, VALUE) if folded else (VALUE,)
    table = Table(
        name,
        metadata,
        *columns,
        PrimaryKeyConstraint(*key, name=names.primary_key_name(name)),
        schema=dialect.schema,
        **dialect.counter_options,
    )
    Index(names.index_name(name, NUMBER), table.c[NUMBER].desc(), *(table.c[part] for part in key))
    table.add_is_dependent_on(rows)
    for statement in dialect.counter_triggers(CounterNames(rows.name, name, field, folded)):
        trigger: Any = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", trigger)
    return table
