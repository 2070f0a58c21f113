"""A temporary table through which many rows are written over others by one statement."""

from __future__ import annotations

from functools import cached_property

from karaoke_persist.models import Kind
from karaoke_persist_sql import SQLDialect
from karaoke_persist_sql.names import fold_name
from karaoke_persist_sql.plans import ModelPlan
from karaoke_persist_sql.tables import column_names


class Staging:
    """The statements that write the given fields of staged rows over those with the same keys."""

    name = "pg_temp.kp_staging"
    drop = f"DROP TABLE {name}"

    def __init__(self, plan: ModelPlan, given: frozenset[str], dialect: SQLDialect) -> None:
        wanted = {plan.key_name, *given, *(fold_name(field) for field in given)}
        names = column_names(plan.model)
        self.columns = tuple(name for name in names if name in wanted)
        self.places = tuple(names.index(name) for name in self.columns)
        self._given = given - {plan.key_name}
        self._plan, self._dialect = plan, dialect
        self._table = dialect.qualified(plan.table.name)

    @cached_property
    def create(self) -> str:
        """A table with those columns, gone with the transaction at the latest."""
        columns = ", ".join(self.columns)
        return f"CREATE TEMPORARY TABLE kp_staging ON COMMIT DROP AS SELECT {columns} FROM {self._table} LIMIT 0"  # noqa: S608

    @cached_property
    def update(self) -> str:
        """Write where something differs."""
        key = self._plan.key_name
        changes = ", ".join(f"{name} = s.{name}" for name in self.columns if name != key)
        differs = " OR ".join(self._differs(name) for name in self.columns if name in self._given)
        return (
            f"UPDATE {self._table} AS t SET {changes}, revision = t.revision + 1 FROM {self.name} AS s"  # noqa: S608
            f" WHERE t.{key} = s.{key} AND ({differs})"
        )

    def _differs(self, name: str) -> str:
        cast = "::text" if self._plan.codec.kind_of(name) in (Kind.LIST, Kind.OBJECT, Kind.JSON) else ""
        return f"t.{name}{cast} IS DISTINCT FROM s.{name}{cast}"
