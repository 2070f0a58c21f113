"""Rows as an older schema has them, for a backup before it is upgraded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from karaoke_persist.errors import DataCorrupt
from karaoke_persist.models import Record
from karaoke_persist_sql.dialect import Undecodable
from karaoke_persist_sql.plans import ModelPlan, Plans
from karaoke_persist_sql.statements import Statement
from karaoke_persist_sql.streams import RowStream


class Found:
    """The rows of tables by key, with those fields whose columns are there; none without the table."""

    def __init__(self, connection: Any, plans: Plans, batch: int) -> None:
        self._connection, self._plans, self._dialect, self._batch = connection, plans, plans.dialect, batch

    def count(self, model: type[Record]) -> int:
        """How many there are of a model."""
        name = self._plans[model].table.name
        if not self._dialect.existing_tables(self._connection, [name]):
            return 0
        counting = f"SELECT COUNT(*) FROM {self._dialect.qualified(name)}"  # noqa: S608 - quoted
        return int(self._connection.execute(counting).fetchone()[0])

    def batches(self, model: type[Record]) -> Iterator[list[Mapping[str, Any]]]:
        """Them in lists."""
        plan, dialect = self._plans[model], self._dialect
        if not dialect.existing_tables(self._connection, [plan.table.name]):
            return
        there = _columns(self._connection, dialect.qualified(plan.table.name))
        names = [name for name in plan.codec.fields if name in there]
        columns = [plan.table.c[name] for name in names]
        statement = Statement(select(*columns).order_by(plan.table.c[plan.key_name]), dialect.compiler)
        stream = RowStream(dialect, self._connection, (statement.sql, ()))
        while rows := stream.fetch(self._batch):
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
