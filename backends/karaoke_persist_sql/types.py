"""The column types of each kind of field, for a database that follows the standard.

They are chosen so that every database orders and compares as the contract says: text by code point, times by moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, DateTime, Text
from sqlalchemy.types import TypeEngine

from karaoke_persist.models import Kind

ColumnTypes = Mapping[Kind, TypeEngine[Any]]

TEXT: Final[TypeEngine[Any]] = Text(collation="C")

STANDARD_TYPES: Final[ColumnTypes] = MappingProxyType(
    {
        Kind.TEXT: TEXT,
        Kind.INDEXED: TEXT,
        Kind.INTEGER: BigInteger(),
        Kind.BOOLEAN: Boolean(create_constraint=False),
        Kind.TIME: DateTime(timezone=True),
        Kind.LIST: TEXT,
        Kind.OBJECT: TEXT,
        Kind.JSON: TEXT,
    }
)
