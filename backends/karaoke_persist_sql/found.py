"""Rows as an older schema has them, for a backup before it is upgraded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from karaoke_persist.errors import DataCorrupt
from karaoke_persist_sql.dialect import SQLDialect, Undecodable
from karaoke_persist_sql.plans import ModelPlan
from karaoke_persist_sql.statements import Statement
from karaoke_persist_sql.streams import RowStream


def found_rows(connection: Any, dialect: SQLDialect, plan: ModelPlan, batch: int) -> Iterator[list[Mapping[str, Any]]]:
    """The rows of a model's table by key, with those fields whose columns are there; none without the table."""
    if not dialect.existing_tables(connection, [plan.table.name]):
        return
    names = [name for name in plan.codec.fields if name in _columns(connection, dialect.qualified(plan.table.name))]
    columns = [plan.table.c[name] for name in names]
    statement = Statement(select(*columns).order_by(plan.table.c[plan.key_name]), dialect.compiler)
    stream = RowStream(dialect, connection, (statement.sql, ()))
    while rows := stream.fetch(batch):
        yield [_decoded(plan, names, row) for row in rows]
    stream.close()


def _columns(connection: Any, table: str) -> set[str]:
    """The columns that a table has; the one place where they cannot be named."""
    return {column[0] for column in connection.execute(f"SELECT * FROM {table} LIMIT 0").description}  # noqa: S608


def _decoded(plan: ModelPlan, names: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    cells = dict(zip(names, row, strict=True))
    where, key = plan.model.__name__, cells[plan.key_name]
    if Undecodable in map(type, row):
        raise DataCorrupt(where, "its text is not UTF-8", str(key))
    try:
        return {name: plan.codec.decode_cell(name, cell) for name, cell in cells.items()}
    except (ValueError, TypeError, KeyError) as error:
        raise DataCorrupt(where, f"its row cannot be decoded ({error})", key) from error
