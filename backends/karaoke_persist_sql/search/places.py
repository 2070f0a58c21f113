"""Places: numbers that keep documents in their order, with room between them for those to come.

A document that comes between two others takes a number between theirs. Where there is none left, the neighbourhood is
spread anew: as many documents on both sides as are needed for some room between all of them. This is order maintenance
by labels, see M. Bender et al., "Two simplified algorithms for maintaining order in a list", ESA 2002.

SQLite keeps the differences of places, in as many bytes as they need. So there is no more room than a few million
songs take: with a thousand times as much its grams would be a quarter larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from karaoke_persist_sql.search.rows import IndexRow, Order, PlacedRow

START: Final = 1 << 30
"""The place of the first document. Others may come before it, but none below one, which SQLite's index cannot hold."""
GAP: Final = 1 << 10
"""At least so much is between documents at either end."""
REACH: Final = 1 << 28
"""Few at a time are set apart by more: so far does a batch reach. Others will come between them."""
SHARE: Final = 4
"""Documents take this part of the room behind their neighbour, lest an ascending run use it up in a few steps."""
ROOM: Final = 1 << 4
"""At least so much is between documents that are spread anew."""
_WINDOW: Final = 16


class Neighbours(Protocol):
    """The documents that are there already."""

    def before(self, order: Order, count: int) -> list[PlacedRow]:
        """The last ones before a place in the order, the nearest first."""
        ...

    def behind(self, order: Order, count: int) -> list[PlacedRow]:
        """The first ones behind it."""
        ...


class Move(NamedTuple):
    """A document that takes another place."""

    old: PlacedRow
    place: int


class Spread(NamedTuple):
    """Where documents go, and who has to make room for them."""

    placed: list[PlacedRow]
    moves: list[Move]


def between(low: int | None, high: int | None, count: int) -> list[int] | None:
    """So many numbers between two, or None if there is no room."""
    if high is None:
        return _at_the_end(low, count)
    if low is None:
        step = min(_gap(count), high // (SHARE * count)) or high // (count + 1)
        return _apart(high - step * (count + 1), step, count) if step else None
    step = (high - low) // (SHARE * count) or (high - low) // (count + 1)
    return _apart(low, step, count) if step else None


def spread_anew(rows: Sequence[IndexRow], there: Neighbours) -> Spread:
    """Places for documents between two that have no room left, and new ones for as many around them as it takes."""
    width = max(_WINDOW, len(rows))
    while True:
        before, behind = there.before(rows[0].order, width + 1), there.behind(rows[-1].order, width + 1)
        low = before[width].place if len(before) > width else None
        high = behind[width].place if len(behind) > width else None
        old = [*reversed(before[:width]), *behind[:width]]
        count = len(rows) + len(old)
        step = ROOM if high is None else (high - (low or 0)) // (count + 1)
        if step >= ROOM:
            break
        width *= 2
    places = _at_the_end(low, count) if high is None else _apart(low or 0, step, count)
    left = min(len(before), width)
    new = places[left : left + len(rows)]
    kept = places[:left] + places[left + len(rows) :]
    return Spread(
        [PlacedRow(place, row) for place, row in zip(new, rows, strict=True)],
        [Move(each, place) for each, place in zip(old, kept, strict=True) if each.place != place],
    )


def _at_the_end(low: int | None, count: int) -> list[int]:
    gap = _gap(count)
    return _apart(START - gap if low is None else low, gap, count)


def _gap(count: int) -> int:
    return max(GAP, REACH // count)


def _apart(low: int, step: int, count: int) -> list[int]:
    return [low + step * (number + 1) for number in range(count)]
