"""The songs that saved criteria find, read when they are asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, TypeAlias

from karaoke_persist.contract import And, Condition, In, Order, Query, SearchQuery, SearchRequest
from karaoke_persist.contract.checks import MAX_LIMIT, sortable_fields
from karaoke_persist.models import Song
from karaoke_persist.operations.lengths import length_ms
from karaoke_persist.operations.smart_playlists import SmartQuery
from karaoke_persist.session import Session

_CHUNK: Final = 1_000
Found: TypeAlias = tuple[str, int | None]
"""The id of a song, and its length."""


def found_songs(session: Session, smart: SmartQuery, skip: int = 0) -> Iterator[Found]:
    """The songs that are found, in their order, but for the first few."""
    if smart.duration_ms is None and smart.text is None and _kept_in_order(smart.order):
        number = None if smart.songs is None else max(smart.songs - skip, 0)
        return islice(_by_index(session, smart, skip), number)
    return islice(_limited(smart, _ordered(session, smart)), min(skip, sys.maxsize), None)


def _ordered(session: Session, smart: SmartQuery) -> Iterable[Found]:
    if smart.text is None and _kept_in_order(smart.order):
        return _by_index(session, smart, 0)
    if smart.order is None:
        return _by_relevance(session, smart)
    return _all_at_once(session, smart, smart.order)


def _limited(smart: SmartQuery, songs: Iterable[Found]) -> Iterator[Found]:
    """The songs up to the limit: those that fit before the first that would exceed it."""
    total = 0
    for key, length in islice(songs, smart.songs):
        total += length_ms(length)
        if smart.duration_ms is not None and total > smart.duration_ms:
            return
        yield key, length


def _by_index(session: Session, smart: SmartQuery, skip: int) -> Iterator[Found]:
    """In an order that the store keeps, a part at a time."""
    assert smart.order is not None, "criteria without a text have an order"
    fields, after, offset = ("id", "duration_ms", smart.order.field), None, skip
    while True:
        query = Query(Song, smart.where, smart.order, limit=_CHUNK, offset=offset, after=after)
        rows = session.rows(query, fields)
        yield from (row[:2] for row in rows)
        if len(rows) < _CHUNK:
            return
        after, offset = (rows[-1][2], rows[-1][0]), 0


def _by_relevance(session: Session, smart: SmartQuery) -> Iterator[Found]:
    """In the order of a search, those songs left out that do not meet the conditions."""
    offset, limit = 0, _CHUNK
    while True:
        songs = session.search(
            SearchRequest(query=SearchQuery.parse(smart.text or ""), limit=limit, offset=offset)
        ).songs
        keys = [song.id for song in songs]
        meeting = set(keys) if smart.where is None else _meeting(session, smart.where, keys)
        yield from ((song.id, song.duration_ms) for song in songs if song.id in meeting)
        if len(songs) < limit:
            return
        offset, limit = offset + limit, MAX_LIMIT


def _all_at_once(session: Session, smart: SmartQuery, order: Order) -> list[Found]:
    """In an order of its own: everything that is found is read, and then put in order."""
    where = smart.where
    if smart.text is not None:
        relevant = _by_relevance(session, SmartQuery(text=smart.text))
        where = _both(where, In("id", [key for key, _ in relevant]))
    kept = order if _kept_in_order(order) else None
    rows = session.rows(Query(Song, where, kept), ("id", "duration_ms", order.field))
    return [row[:2] for row in (rows if kept else _sorted(rows, descending=order.descending))]


def _sorted(rows: list[tuple[Any, ...]], *, descending: bool) -> list[tuple[Any, ...]]:
    """Rows by their last field, then their first; absent values last in both directions."""
    present = sorted((row for row in rows if row[-1] is not None), key=lambda row: (row[-1], row[0]))
    absent = sorted((row for row in rows if row[-1] is None), key=lambda row: row[0])
    return [*present[::-1], *absent[::-1]] if descending else [*present, *absent]


def _meeting(session: Session, where: Condition, keys: list[str]) -> set[str]:
    return {row[0] for row in session.rows(Query(Song, And(where, In("id", keys))), ("id",))}


def _both(where: Condition | None, other: Condition) -> Condition:
    return other if where is None else And(where, other)


def _kept_in_order(order: Order | None) -> bool:
    return order is not None and order.field in sortable_fields(Song)
