"""The cursors of search: opaque, and of one query, sort and version of the index alone."""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from karaoke_persist.contract.search import NORMALISER, ArtistSearchRequest, SearchRequest
from karaoke_persist.errors import InvalidValue

VERSION: Final = 1


def encode_place(request: SearchRequest | ArtistSearchRequest, place: tuple[Any, ...]) -> str:
    """The cursor that continues a search after a place."""
    portable = [value.isoformat() if isinstance(value, datetime) else value for value in place]
    content = [VERSION, NORMALISER.version, _digest(request, portable), portable]
    body = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode_place(request: SearchRequest | ArtistSearchRequest, cursor: str) -> tuple[Any, ...]:
    """The place that a cursor of this search names. Anything else is `InvalidValue`."""
    genuine, portable = False, list[Any]()
    with suppress(ValueError, TypeError, AttributeError, RecursionError):
        padded = cursor + "=" * (-len(cursor) % 4)
        version, rules, digest, portable = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        genuine = (version, rules, digest) == (VERSION, NORMALISER.version, _digest(request, portable))
    if not genuine:
        raise InvalidValue("cursor", cursor, "it does not belong to this search; start again from the first page")
    if isinstance(request, SearchRequest) and request.sort == "date_added" and portable[0] is not None:
        return datetime.fromisoformat(portable[0]), *portable[1:]
    return tuple(portable)


def _digest(request: SearchRequest | ArtistSearchRequest, portable: list[Any]) -> str:
    """Of what decides the order, and of the place: a page may have another size, or ask for more beside it."""
    order = (request.sort, request.descending) if isinstance(request, SearchRequest) else "artists"
    meaning = repr((request.query, request.hidden, request.missing, order, portable))
    return hashlib.blake2b(meaning.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
