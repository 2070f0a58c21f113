"""The column types of each kind of field.

They are chosen so that every database orders and compares as the contract says: text by code point, times by moment.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, DateTime, Integer, Text
from sqlalchemy.types import TypeEngine

from karaoke_persist.models import Kind

# SQLite compares text byte by byte unless told otherwise; elsewhere the collation has to be named.
TEXT: Final[TypeEngine[Any]] = Text(collation="C").with_variant(Text(), "sqlite")
INTEGER: Final[TypeEngine[Any]] = BigInteger().with_variant(Integer(), "sqlite")
BOOLEAN: Final[TypeEngine[Any]] = Boolean(create_constraint=False).with_variant(Integer(), "sqlite")
TIME: Final[TypeEngine[Any]] = DateTime(timezone=True).with_variant(Text(), "sqlite")

_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.TEXT: TEXT,
    Kind.INDEXED: TEXT,
    Kind.INTEGER: INTEGER,
    Kind.BOOLEAN: BOOLEAN,
    Kind.TIME: TIME,
    Kind.LIST: TEXT,
    Kind.OBJECT: TEXT,
    Kind.JSON: TEXT,
}


def column_type(kind: Kind) -> TypeEngine[Any]:
    """The type of the column that holds a field of this kind."""
    return _TYPES[kind]
