"""The names of tables, columns and constraints, all derived from a model."""

from __future__ import annotations

from karaoke_persist.models import Record

PREFIX = "kp_"
VERSION_TABLE = "kp_schema_version"


def table_name(model: type[Record]) -> str:
    """The table of a model's rows."""
    return collection_table(model.integrity.collection)


def collection_table(collection: str) -> str:
    """The table of a collection."""
    return f"{PREFIX}{collection}"


def counter_name(model: type[Record], field: str) -> str:
    """The table that counts the rows for each value of a field."""
    return f"{table_name(model)}_{field}_counts"


def total_name(model: type[Record], field: str) -> str:
    """The table that says how many values of a field there are."""
    return f"{table_name(model)}_{field}_total"


def fold_name(field: str) -> str:
    """The column that holds the fold of an indexed field."""
    return f"{field}_fold"


def primary_key_name(table: str) -> str:
    """The primary key of a table."""
    return f"pk_{table}"


def unique_name(table: str, fields: tuple[str, ...]) -> str:
    """A unique constraint."""
    return f"uq_{table}_{'_'.join(fields)}"


def foreign_key_name(table: str, field: str) -> str:
    """The foreign key of a reference."""
    return f"fk_{table}_{field}"


def index_name(table: str, *fields: str) -> str:
    """The index that serves the order of a field, perhaps within others, or the rows that name a key."""
    return f"ix_{table}_{'_'.join(fields)}"
