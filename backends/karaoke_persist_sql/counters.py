"""Tables that count the rows for each value of a `Counted` field, kept by triggers in the same transaction.

How many values there are stands in a table of one row beside them: to count the counters takes milliseconds where there
are many.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import DDL, Column, Index, MetaData, PrimaryKeyConstraint, Table, event

from karaoke_persist.models import Kind, Record, field_of
from karaoke_persist_sql import names
from karaoke_persist_sql.dialect import CounterNames, SQLDialect

VALUE, FOLD, NUMBER, ID = "value", "value_fold", "n", "id"


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
    _run_after_create(table, dialect.counter_triggers(CounterNames(rows.name, name, field, folded)))
    return table


def total_table(model: type[Record], field: str, counts: Table, dialect: SQLDialect) -> Table:
    """The table of the number of counters. Its row and the triggers that keep it are made along with it."""
    name, integer = names.total_name(model, field), dialect.column_types[Kind.INTEGER]
    table = Table(
        name,
        counts.metadata,
        Column(ID, integer, nullable=False, autoincrement=False),
        Column(NUMBER, integer, nullable=False),
        PrimaryKeyConstraint(ID, name=names.primary_key_name(name)),
        schema=dialect.schema,
        **dialect.table_options,
    )
    table.add_is_dependent_on(counts)
    into, of = dialect.qualified(name), dialect.qualified(counts.name)
    fill = f"INSERT INTO {into} ({ID}, {NUMBER}) SELECT 1, count(*) FROM {of}"  # noqa: S608 - the models' own names
    _run_after_create(table, (fill, *dialect.total_triggers(counts.name, name)))
    return table


def _run_after_create(table: Table, statements: Iterable[str]) -> None:
    for statement in statements:
        ddl: Any = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", ddl)
