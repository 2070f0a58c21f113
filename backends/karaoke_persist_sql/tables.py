"""SQLModel tables generated from the models, so that the list of fields stands once.

They serve schema, statements and Alembic; rows of them are never made.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.orm import registry
from sqlmodel import Field as ColumnField
from sqlmodel import SQLModel

from karaoke_persist.models import Field, Kind, Record, Sorted, fields_of, indexed_fields
from karaoke_persist_sql import names
from karaoke_persist_sql.dialect import SQLDialect
from karaoke_persist_sql.migrations.revisions import ADDED_LATER


def row_base(metadata: MetaData) -> type[SQLModel]:
    """A base for row classes with a registry of its own, so that a host's SQLModel classes never meet ours."""
    return types.new_class("RowBase", (SQLModel,), {"registry": registry(metadata=metadata)})


def row_class(
    model: type[Record], base: type[SQLModel], key_columns: dict[str, str], dialect: SQLDialect
) -> type[SQLModel]:
    """The table class of a model. `key_columns` names the key of every collection a reference may point to."""

    def fill(namespace: dict[str, Any]) -> None:
        columns = list(_columns(model, dialect))
        options = {**dialect.table_options, "schema": dialect.schema}
        namespace["__module__"] = __name__
        namespace["__tablename__"] = names.table_name(model)
        namespace["__table_args__"] = (*_constraints(model, key_columns, dialect), *_indexes(model), options)
        namespace["__annotations__"] = dict.fromkeys((column.name for column in columns), Any)
        for column in columns:
            namespace[column.name] = ColumnField(default=None, sa_column=column)

    return types.new_class(f"{model.__name__}Row", (base,), {"table": True}, fill)


def table_of(row: type[SQLModel]) -> Table:
    """The table of a row class."""
    return cast("Table", getattr(row, "__table__"))  # noqa: B009  # SQLModel does not declare it


def column_names(model: type[Record]) -> tuple[str, ...]:
    """Every column of a model's table: its fields in their order, the folds, then what was added later."""
    late = late_fields(model)
    folds = tuple(names.fold_name(name) for name in indexed_fields(model))
    return (*(field.name for field in fields_of(model) if field.name not in late), *folds, *late)


def late_fields(model: type[Record]) -> tuple[str, ...]:
    """The fields whose columns are younger than their table."""
    return ADDED_LATER.get(model.integrity.collection, ())


def order_columns(model: type[Record], field: Field) -> tuple[str, ...]:
    """The columns that a field sorts by: its own, and the key to settle ties."""
    own = _own_columns(field)
    return own if field.name == model.integrity.key else (*own, model.integrity.key)


def _own_columns(field: Field) -> tuple[str, ...]:
    """Its fold if it has one, and itself."""
    return (names.fold_name(field.name), field.name) if field.kind is Kind.INDEXED else (field.name,)


def _columns(model: type[Record], dialect: SQLDialect) -> Iterator[Column[Any]]:
    by_name = {field.name: field for field in fields_of(model)}
    late = late_fields(model)
    for field in by_name.values():
        if field.name not in late:
            yield Column(field.name, dialect.column_types[field.kind], nullable=_may_be_null(field))
    for name in indexed_fields(model):
        yield Column(names.fold_name(name), dialect.column_types[Kind.TEXT], nullable=_may_be_null(by_name[name]))
    for field in (by_name[name] for name in late):
        default = _default(model, field)
        yield Column(field.name, dialect.column_types[field.kind], nullable=_may_be_null(field), server_default=default)


def _default(model: type[Record], field: Field) -> ColumnElement[Any] | None:
    """What a field is in the rows that were there before its column."""
    value = model.model_fields[field.name].default
    if value is None:
        return None
    if field.kind in (Kind.LIST, Kind.OBJECT):
        return literal_column("'[]'" if field.kind is Kind.LIST else "'{}'")
    return false() if value is False else literal_column(repr(value))


def _may_be_null(field: Field) -> bool:
    # JSON has a null of its own, which is stored as an absent value.
    return field.nullable or field.kind is Kind.JSON


def _constraints(model: type[Record], key_columns: dict[str, str], dialect: SQLDialect) -> Iterator[Any]:
    table, integrity = names.table_name(model), model.integrity
    yield PrimaryKeyConstraint(integrity.key, name=names.primary_key_name(table))
    for unique in integrity.unique:
        yield UniqueConstraint(*unique.fields, name=names.unique_name(table, unique.fields))
    for reference in integrity.references:
        where = "" if dialect.schema is None else f"{dialect.schema}."
        target = f"{where}{names.collection_table(reference.to)}.{key_columns[reference.to]}"
        # Checked at commit: within a batch, rows may come before those they name.
        yield ForeignKeyConstraint(
            [reference.field],
            [target],
            name=names.foreign_key_name(table, reference.field),
            deferrable=True,
            initially="DEFERRED",
        )


def _indexes(model: type[Record]) -> Iterator[Index]:
    table = names.table_name(model)
    by_name = {field.name: field for field in fields_of(model)}
    for entry in _unserved_orders(model):
        within = [column for name in entry.within for column in _own_columns(by_name[name])]
        columns = (*within, *order_columns(model, by_name[entry.field]))
        yield Index(names.index_name(table, *entry.within, entry.field), *columns)
    for name in _unserved_references(model):
        yield Index(names.index_name(table, name), name)
    for name in model.integrity.sparse:
        present = text(f"{name} IS NOT NULL")
        yield Index(names.index_name(table, name), name, sqlite_where=present, postgresql_where=present)


def _unserved_orders(model: type[Record]) -> list[Sorted]:
    """The orders that neither the key nor a unique constraint has an index for already."""
    integrity = model.integrity
    served = {(integrity.key,), *(unique.fields for unique in integrity.unique)}
    return [entry for entry in integrity.sorted if (*entry.within, entry.field) not in served]


def _unserved_references(model: type[Record]) -> Iterator[str]:
    """References whose column does not begin some other index already."""
    firsts = {model.integrity.key, *(unique.fields[0] for unique in model.integrity.unique)}
    firsts |= {(*entry.within, entry.field)[0] for entry in model.integrity.sorted}
    for reference in model.integrity.references:
        if reference.field not in firsts:
            yield reference.field
