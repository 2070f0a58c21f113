"""A row as one line of JSON that is the same whichever backend it was read from, and back.

Names are sorted, in objects within objects too; nothing stands between the parts; what is absent is left out; text is
UTF-8. Two rows are the same if and only if their lines are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any, Final, TypeVar

from pydantic_core import to_json

from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Kind, Record, fields_of, freeze
from karaoke_persist.models.json_values import EMPTY_OBJECT

R = TypeVar("R", bound=Record)

_NESTED: Final = (Kind.OBJECT, Kind.JSON)
_EMPTY: Final[Mapping[Kind, Any]] = {Kind.LIST: (), Kind.OBJECT: EMPTY_OBJECT}


def line_of(row: Record) -> bytes:
    """The canonical JSON of a row, secret fields too, without a newline."""
    return canonical(type(row), row.__dict__)


def canonical(model: type[Record], values: Mapping[str, Any]) -> bytes:
    """The same of stored values by field, of which some may be unknown."""
    names, nested = _layout(model)
    cells = {name: cell for name in names if (cell := values.get(name)) is not None}
    for name in nested:
        if cell := cells.get(name):
            cells[name] = _in_order(cell)
    return to_json(cells)


def digest_of(lines: Iterable[bytes]) -> bytes:
    """The SHA-256 of lines, each ended by a newline."""
    return sha256(b"".join([line + b"\n" for line in lines])).digest()


def checked_row(model: type[R], plain: Mapping[str, Any]) -> R:
    """The row that a line's JSON says. Raises `InvalidValue` for what no store holds."""
    row = model(**plain)
    missing = _required(model) - plain.keys()
    if missing:
        raise InvalidValue(model.__name__, row.key, f"{', '.join(sorted(missing))} must not be absent")
    if row.revision < 1:
        raise InvalidValue(f"{model.__name__}.revision", row.revision, "a stored row is at 1 or more")
    return row


def trusted_row(model: type[R], plain: Mapping[str, Any]) -> R:
    """The same without checking, for what was checked already."""
    empty, kinds = _blank(model)
    values = empty.copy()
    for name, cell in plain.items():
        kind = kinds[name]
        if kind is Kind.TIME:
            values[name] = datetime.fromisoformat(cell)
        elif kind in (Kind.LIST, *_NESTED):
            values[name] = freeze(cell)
        else:
            values[name] = cell
    return model.trusted(values)


@cache
def _layout(model: type[Record]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of all fields in the order of lines, and of those that hold objects."""
    fields = sorted(fields_of(model), key=lambda field: field.name)
    return tuple(field.name for field in fields), tuple(field.name for field in fields if field.kind in _NESTED)


@cache
def _required(model: type[Record]) -> frozenset[str]:
    """The fields that are never absent."""
    return frozenset(field.name for field in fields_of(model) if not (field.nullable or field.kind is Kind.JSON))


@cache
def _blank(model: type[Record]) -> tuple[dict[str, Any], dict[str, Kind]]:
    fields = fields_of(model)
    absent = {field.name: None if field.nullable else _EMPTY.get(field.kind) for field in fields}
    return absent, {field.name: field.kind for field in fields}


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _in_order(value[name]) for name in sorted(value)}
    if isinstance(value, tuple | list):
        return [_in_order(item) for item in value]
    return value
