"""The cursors of search: opaque, and of one query, sort and version of the index alone."""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple

from karaoke_persist.contract.search import ArtistSearchRequest, SearchRequest
from karaoke_persist.errors import InvalidValue

VERSION: Final = 1


class Mark(NamedTuple):
    """Where a cursor points to."""

    place: tuple[Any, ...]
    rules: int
    """The version of the rules of search by which it is a place."""


def encode_place(request: SearchRequest | ArtistSearchRequest, mark: Mark) -> str:
    """The cursor that continues a search after a place."""
    place, rules = mark
    portable = [value.isoformat() if isinstance(value, datetime) else value for value in place]
    content = [VERSION, rules, _digest(request, rules, portable), portable]
    body = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode_place(request: SearchRequest | ArtistSearchRequest, cursor: str) -> Mark:
    """The place that a cursor of this search names. Anything else is `InvalidValue`."""
    genuine, rules, portable = False, 0, list[Any]()
    with suppress(ValueError, TypeError, AttributeError, RecursionError):
        padded = cursor + "=" * (-len(cursor) % 4)
        version, rules, digest, portable = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        genuine = type(rules) is int and (version, digest) == (VERSION, _digest(request, rules, portable))
    if not genuine:
        raise foreign(cursor)
    if isinstance(request, SearchRequest) and request.sort == "date_added" and portable[0] is not None:
        return Mark((datetime.fromisoformat(portable[0]), *portable[1:]), rules)
    return Mark(tuple(portable), rules)


def foreign(cursor: str) -> InvalidValue:
    """What is raised for a cursor that does not belong to a search, or to the rules that it is answered by."""
    return InvalidValue("cursor", cursor, "it does not belong to this search; start again from the first page")


def _digest(request: SearchRequest | ArtistSearchRequest, rules: int, portable: list[Any]) -> str:
    """Of what decides the order, and of the place: a page may have another size, or ask for more beside it."""
    order = (request.sort, request.descending) if isinstance(request, SearchRequest) else "artists"
    meaning = repr((rules, request.query, request.hidden, request.missing, order, portable))
    return hashlib.blake2b(meaning.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
