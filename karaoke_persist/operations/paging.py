"""Pages in a total order, and the cursors between them."""

from __future__ import annotations

from typing import Any

from karaoke_persist.contract import Query
from karaoke_persist.contract.checks import check_page
from karaoke_persist.contract.cursor import decode_cursor, encode_cursor, place_of
from karaoke_persist.errors import InvalidValue
from karaoke_persist.operations.answers import Page
from karaoke_persist.session import Session


def check_page_size(limit: int) -> None:
    """Refuse a page of nothing, which would look like the end, or of too much."""
    check_page(limit)
    if limit == 0:
        raise InvalidValue("limit", limit, "a page holds at least 1 item")


def page_of(session: Session, query: Query, limit: int, cursor: str | None) -> Page[Any]:
    """So many values of a query from a cursor on, and the cursor of the next page."""
    check_page_size(limit)
    after = None if cursor is None else decode_cursor(query, cursor)
    found = session.find(Query(query.model, query.where, query.order, limit=limit + 1, after=after))
    items = tuple(found[:limit])
    more = encode_cursor(query, place_of(query, items[-1])) if items and len(found) > limit else None
    return Page(items, more)
