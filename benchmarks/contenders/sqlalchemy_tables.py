"""The project's table as the object mappers of SQLAlchemy see it: typed, with JSON and times converted."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, Integer, Text, create_engine, event
from sqlalchemy.types import TypeDecorator

from karaoke_persist import Song
from karaoke_persist.models import Kind, fields_of, indexed_fields


class JSONText(TypeDecorator):
    """JSON: in a text column on SQLite, in the database's own type elsewhere."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else JSON(none_as_null=True))

    def process_bind_param(self, value, dialect):
        if value is None or dialect.name != "sqlite":
            return value
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def process_result_value(self, value, dialect):
        return value if value is None or dialect.name != "sqlite" else json.loads(value)


class Moment(TypeDecorator):
    """A time: ISO 8601 text on SQLite, the database's own type elsewhere."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value, dialect):
        return value.isoformat(timespec="microseconds") if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        return datetime.fromisoformat(value) if value is not None and dialect.name == "sqlite" else value


_TYPES = {
    Kind.TEXT: Text(),
    Kind.INDEXED: Text(),
    Kind.INTEGER: BigInteger().with_variant(Integer(), "sqlite"),
    Kind.BOOLEAN: Boolean(create_constraint=False),
    Kind.TIME: Moment(),
    Kind.LIST: JSONText(),
    Kind.OBJECT: JSONText(),
    Kind.JSON: JSONText(),
}
PYTHON_TYPES = {
    Kind.TEXT: str,
    Kind.INDEXED: str,
    Kind.INTEGER: int,
    Kind.BOOLEAN: bool,
    Kind.TIME: datetime,
    Kind.LIST: list,
    Kind.OBJECT: dict,
    Kind.JSON: object,
}


def columns() -> dict[str, Column]:
    """A fresh column for each field, and for each fold."""
    made = {
        field.name: Column(field.name, _TYPES[field.kind], primary_key=field.name == "id", nullable=field.nullable)
        for field in fields_of(Song)
    }
    return made | {f"{name}_fold": Column(f"{name}_fold", Text()) for name in indexed_fields(Song)}


def engine_for(target, **options):
    """An engine as the guides of these tools make it, with the durability that is measured."""
    engine = create_engine(target.sqlalchemy_url, **options)
    if target.backend == "sqlite":

        @event.listens_for(engine, "connect")
        def set_pragmas(connection, _record):
            connection.execute(f"PRAGMA synchronous = {'FULL' if target.durability == 'full' else 'NORMAL'}")

    return engine


def camel(name: str) -> str:
    """A column's name as JSON spells it."""
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


JSON_NAMES = [(field.name, camel(field.name)) for field in fields_of(Song)]


def to_dict(row) -> dict:
    """A row as a camelCase dictionary."""
    values = {alias: getattr(row, name) for name, alias in JSON_NAMES}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
