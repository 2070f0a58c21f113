"""What the rules say, computed in the plainest way from values alone, to compare backends with.

Nothing here is shared with what a backend may use: a mistake would have to be made twice to go unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from karaoke_persist.models import Kind, Record, field_of, key_fold


def in_order(rows: Sequence[Record], field: str, descending: bool) -> list[str]:
    """The keys of rows in the contract's order."""
    indexed = field_of(type(rows[0]), field).kind is Kind.INDEXED if rows else False

    def place(row: Record) -> tuple[Any, ...]:
        value = getattr(row, field)
        return (key_fold(value), value, row.key) if indexed else (value, row.key)

    present = sorted((row for row in rows if getattr(row, field) is not None), key=place)
    absent = sorted((row for row in rows if getattr(row, field) is None), key=lambda row: row.key)
    for one, next_one in pairwise(present):
        assert place(one) < place(next_one), "the order is total"
    step = -1 if descending else 1
    return [row.key for row in [*present[::step], *absent[::step]]]
