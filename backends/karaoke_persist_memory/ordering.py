"""Rows in the contract's order, made once for each version of a table and order, and read from any place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from karaoke_persist.contract.reference import sort_value
from karaoke_persist.models import Kind, Record, field_of

Place = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SortedKeys:
    """Where each row stands by one field: the places of present values, ending in the key, and the keys without one."""

    kind: Kind
    present: list[Place]
    absent: list[Place]

    @classmethod
    def of(cls, rows: Iterable[Record], model: type[Record], field: str) -> SortedKeys:
        """Sort all rows by a field, then by key."""
        kind = field_of(model, field).kind
        present: list[Place] = []
        absent: list[Place] = []
        for row in rows:
            value = row.__dict__[field]
            if value is None:
                absent.append((row.key,))
            else:
                present.append((*sort_value(kind, value), row.key))
        return cls(kind, sorted(present), sorted(absent))

    def keys(self, after: tuple[Any, ...] | None, *, descending: bool) -> Iterator[str]:
        """The keys in order, from after a value and key; absent values last in both directions."""
        parts: list[tuple[list[Place], Place | None]]
        if after is None:
            parts = [(self.present, None), (self.absent, None)]
        elif after[0] is None:
            parts = [(self.absent, (after[1],))]
        else:
            parts = [(self.present, (*sort_value(self.kind, after[0]), after[1])), (self.absent, None)]
        return chain.from_iterable(_keys_from(places, mark, descending) for places, mark in parts)


def _keys_from(places: list[Place], mark: Place | None, descending: bool) -> Iterator[str]:
    if descending:
        end = len(places) if mark is None else bisect_left(places, mark)
        return (places[index][-1] for index in range(end - 1, -1, -1))
    start = 0 if mark is None else bisect_right(places, mark)
    return (places[index][-1] for index in range(start, len(places)))
