"""The contract's order, as Python sort keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from karaoke_persist.contract.query import Order, Query
from karaoke_persist.models import Kind, Record, field_of, key_fold


def sort_value(kind: Kind, value: Any) -> tuple[Any, ...]:
    """What a present value sorts by: text by its fold, then by code point."""
    return (key_fold(value), value) if kind is Kind.INDEXED else (value,)


def ordered(rows: Iterable[Record], model: type[Record], order: Order | None) -> list[Record]:
    """The rows in order: by the field, then by the key; absent values last in both directions."""
    if order is None:
        return sorted(rows, key=lambda row: row.key)
    kind, field = field_of(model, order.field).kind, order.field
    present: list[Record] = []
    absent: list[Record] = []
    for row in rows:
        (absent if getattr(row, field) is None else present).append(row)
    present.sort(key=lambda row: (*sort_value(kind, getattr(row, field)), row.key), reverse=order.descending)
    absent.sort(key=lambda row: row.key, reverse=order.descending)
    return present + absent


def is_after(query: Query) -> Callable[[Record], bool]:
    """A test for the rows that come after `query.after` in the query's order."""
    if query.after is None:
        return lambda _: True
    order = query.order
    if order is None:
        last = query.after[0]
        return lambda row: row.key > last
    field, kind = order.field, field_of(query.model, order.field).kind

    def place(value: Any, key: str) -> tuple[Any, ...]:
        return (key,) if value is None else (*sort_value(kind, value), key)

    value, key = query.after
    mark = place(value, key)

    def after(row: Record) -> bool:
        own = getattr(row, field)
        if (own is None) != (value is None):
            return own is None
        here = place(own, row.key)
        return here < mark if order.descending else here > mark

    return after
