"""The kinds of field a model may have, and what each accepts.

A field's type carries a `Kind`, which is all that a backend needs to know to store it.
"""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, PlainValidator, Strict

from karaoke_persist.models.json_values import check_int64, freeze, freeze_object
from karaoke_persist.models.text import check_id, check_indexed, check_name, check_text

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo


class Kind(enum.Enum):
    """How a field is stored and compared."""

    TEXT = "text"
    """Any text; compared for equality only."""
    INDEXED = "indexed"
    """Short text with a fold: sortable, searchable by prefix and substring of the fold."""
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIME = "time"
    """An aware datetime in UTC, to the microsecond."""
    LIST = "list"
    """A JSON array of text."""
    OBJECT = "object"
    """A JSON object."""
    JSON = "json"
    """Any JSON value."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model, as a backend sees it."""

    name: str
    kind: Kind
    nullable: bool


_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)  # a day from either end, so that every zone can show every moment
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)


def _only_times(value: Any) -> Any:
    # A bare number would be guessed to be seconds or milliseconds since 1970; a guess is not a time.
    if not isinstance(value, datetime | str):
        raise ValueError("a datetime or an ISO 8601 text is expected, with its zone")
    return value


def _to_utc(value: datetime) -> datetime:
    if value.tzinfo is None or value.utcoffset() is None:
        raise ValueError("a time needs its zone; for UTC use datetime.now(timezone.utc)")
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        moment = _LATEST.replace(day=31)
    if not _EARLIEST <= moment <= _LATEST:
        raise ValueError("a time must lie between 0001-01-02 and 9999-12-30")
    return moment


def _iso(value: datetime) -> str:
    return value.isoformat()


def _only_text_items(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise ValueError("a list of texts is expected")
    return value


Id = Annotated[str, Strict(), AfterValidator(check_id), Kind.TEXT]
Text = Annotated[str, Strict(), AfterValidator(check_text), Kind.TEXT]
IndexedText = Annotated[str, Strict(), AfterValidator(check_indexed), Kind.INDEXED]
Integer = Annotated[int, Strict(), AfterValidator(check_int64), Kind.INTEGER]
Boolean = Annotated[bool, Strict(), Kind.BOOLEAN]
Time = Annotated[
    datetime,
    BeforeValidator(_only_times),
    AfterValidator(_to_utc),
    PlainSerializer(_iso, when_used="json"),
    Kind.TIME,
]
TextList = Annotated[
    tuple[Annotated[str, Strict(), AfterValidator(check_text)], ...], BeforeValidator(_only_text_items), Kind.LIST
]
NameList = Annotated[
    tuple[Annotated[str, Strict(), AfterValidator(check_name)], ...], BeforeValidator(_only_text_items), Kind.LIST
]
JsonObject = Annotated[Mapping[str, Any], PlainValidator(freeze_object), Kind.OBJECT]
JsonValue = Annotated[Any, PlainValidator(freeze), Kind.JSON]


def describe(model: type[BaseModel]) -> tuple[Field, ...]:
    """The fields of a model in their declared order."""
    return tuple(_describe(name, info) for name, info in model.model_fields.items())


def _describe(name: str, info: FieldInfo) -> Field:
    annotation, metadata, nullable = info.annotation, tuple(info.metadata), False
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        nullable = len(inner) < len(get_args(annotation))
        annotation = inner[0]
    if get_origin(annotation) is Annotated:
        metadata += tuple(get_args(annotation)[1:])
    kinds = [part for part in metadata if isinstance(part, Kind)]
    if not kinds:
        raise TypeError(f"field {name!r} has no Kind; use the types of karaoke_persist.models.fields")
    return Field(name, kinds[0], nullable)
