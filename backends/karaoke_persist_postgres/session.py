"""Write sessions that hand many rows over at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from karaoke_persist_postgres.staging import Staging
from karaoke_persist_sql import WritingSession
from karaoke_persist_sql.plans import ModelPlan
from karaoke_persist_sql.session import GivenRow, Revisions, grouped
from karaoke_persist_sql.tables import column_names

MANY = 50
"""From how many rows on COPY is worth its message."""


class PostgresWritingSession(WritingSession):
    """Rows with free keys are copied into their table, others into a staging table and from there."""

    def insert_rows(self, plan: ModelPlan, rows: list[tuple[Any, ...]]) -> None:
        """Store rows whose keys are free."""
        if len(rows) < MANY:
            super().insert_rows(plan, rows)
            return
        table = self.plans.dialect.qualified(plan.table.name)
        self.copy_rows(table, column_names(plan.model), rows)

    def upsert_rows(self, plan: ModelPlan, rows: Sequence[GivenRow], before: Revisions) -> None:
        """New rows first, then what is written over."""
        key = column_names(plan.model).index(plan.key_name)
        new = [row for _, row in rows if row[key] not in before]
        old = [given_row for given_row in rows if given_row[1][key] in before]
        if len(new) < MANY:
            old, new = list(rows), []
        else:
            self.insert_rows(plan, new)
        for given, some in grouped(old).items():
            if len(some) < MANY or not given - {plan.key_name}:
                self.run_many(plan.upsert(given), some)
            else:
                self._write_over(Staging(plan, given, self.plans.dialect), some)

    def _write_over(self, staging: Staging, rows: list[tuple[Any, ...]]) -> None:
        places = staging.places
        self.execute(staging.create)
        self.copy_rows(staging.name, staging.columns, [tuple([row[place] for place in places]) for row in rows])
        self.execute(staging.update)
        self.execute(staging.drop)

    @contextmanager
    def pipeline(self) -> Iterator[None]:
        """Within it, statements without answers are sent off one after the other; an error shows at its end."""
        try:
            with self._connection.pipeline():
                yield
        except self.plans.dialect.driver_error as error:
            self._fail(error)

    def copy_rows(self, table: str, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
        """Put many rows into a table by one COPY."""
        sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        try:
            with self._connection.cursor() as cursor, cursor.copy(sql) as copy:
                write = copy.write_row
                for row in rows:
                    write(row)
        except self.plans.dialect.driver_error as error:
            self._fail(error)
