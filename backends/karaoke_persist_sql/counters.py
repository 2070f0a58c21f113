"""Tables that count the rows for each value of a `Counted` field, kept by triggers in the same transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, Column, Index, MetaData, PrimaryKeyConstraint, Table, event

from karaoke_persist.models import Kind, Record, field_of
from karaoke_persist_sql import names
from karaoke_persist_sql.types import INTEGER, TEXT, column_type

VALUE, FOLD, NUMBER = "value", "value_fold", "n"


def counter_table(model: type[Record], field: str, metadata: MetaData, rows: Table) -> Table:
    """The table of counts of a field. Its triggers are made along with it."""
    name, kind = names.counter_name(model, field), field_of(model, field).kind
    folded = kind is Kind.INDEXED
    columns: list[Column[Any]] = [Column(VALUE, column_type(kind), nullable=False)]
    columns += [Column(FOLD, TEXT, nullable=False)] if folded else []
    columns.append(Column(NUMBER, INTEGER, nullable=False))
    key = (FOLD, VALUE) if folded else (VALUE,)
    table = Table(
        name,
        metadata,
        *columns,
        PrimaryKeyConstraint(*key, name=names.primary_key_name(name)),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    Index(names.index_name(name, NUMBER), table.c[NUMBER].desc(), *(table.c[part] for part in key))
    table.add_is_dependent_on(rows)
    for statement in sqlite_triggers(rows.name, name, field, folded=folded):
        trigger: Any = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", trigger.execute_if(dialect="sqlite"))
    return table


def sqlite_triggers(rows: str, counts: str, field: str, *, folded: bool) -> tuple[str, ...]:
    """The statements that create the triggers of a table of counts on SQLite."""
    into, of = f"{FOLD}, {VALUE}" if folded else VALUE, f"NEW.{field}_fold, NEW.{field}" if folded else f"NEW.{field}"
    # Names come from the models, never from data.
    more = (
        f"INSERT INTO {counts} ({into}, {NUMBER}) VALUES ({of}, 1)"  # noqa: S608
        f" ON CONFLICT ({into}) DO UPDATE SET {NUMBER} = {NUMBER} + 1;"
    )
    which = f"{VALUE} = OLD.{field}" + (f" AND {FOLD} = OLD.{field}_fold" if folded else "")
    fewer = (
        f"UPDATE {counts} SET {NUMBER} = {NUMBER} - 1 WHERE {which};"  # noqa: S608
        f" DELETE FROM {counts} WHERE {which} AND {NUMBER} < 1;"
    )
    new, old = f"NEW.{field} IS NOT NULL", f"OLD.{field} IS NOT NULL"
    changed = f"OLD.{field} IS NOT NEW.{field}"
    watched = f"UPDATE OF {field}, {field}_fold" if folded else f"UPDATE OF {field}"
    parts = (
        ("insert", "INSERT", new, more),
        ("delete", "DELETE", old, fewer),
        ("update_new", watched, f"{changed} AND {new}", more),
        ("update_old", watched, f"{changed} AND {old}", fewer),
    )
    return tuple(
        f"CREATE TRIGGER {counts}_{name} AFTER {what} ON {rows} WHEN {when} BEGIN {body} END"
        for name, what, when, body in parts
    )
