"""The opaque cursors that pages continue from.

A cursor is base64url of JSON: the format's version, a digest of the query it belongs to, and the place of the last row.
The digest covers the place too, so that a cursor of another query, or one that was tampered with, is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress
from datetime import datetime
from typing import Any

from karaoke_persist.contract.query import Query
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Kind, field_of

VERSION = 1


def encode_cursor(query: Query, place: tuple[Any, ...]) -> str:
    """The cursor that continues `query` after the row at `place`."""
    portable = [value.isoformat() if isinstance(value, datetime) else value for value in place]
    body = json.dumps([VERSION, _digest(query, portable), portable], ensure_ascii=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode_cursor(query: Query, cursor: str) -> tuple[Any, ...]:
    """The place that a cursor of this query names. Anything else is `InvalidValue`."""
    genuine, portable = False, list[Any]()
    with suppress(ValueError, TypeError, AttributeError, RecursionError):
        padded = cursor + "=" * (-len(cursor) % 4)
        version, digest, portable = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        genuine = version == VERSION and digest == _digest(query, portable)
    if not genuine:
        raise InvalidValue("cursor", cursor, "it does not belong to this query; start again from the first page")
    return _place(query, portable)


def place_of(query: Query, row: Any) -> tuple[Any, ...]:
    """Where a row stands in the query's order."""
    key = row.key
    return (key,) if query.order is None else (getattr(row, query.order.field), key)


def _place(query: Query, portable: list[Any]) -> tuple[Any, ...]:
    if query.order is None or field_of(query.model, query.order.field).kind is not Kind.TIME or portable[0] is None:
        return tuple(portable)
    return datetime.fromisoformat(portable[0]), *portable[1:]


def _digest(query: Query, portable: list[Any]) -> str:
    meaning = repr((query.model.__name__, query.where, query.order, portable))
    return hashlib.blake2b(meaning.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
