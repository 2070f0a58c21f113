"""New ranks for as few entries as possible, so that a list comes into another order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from karaoke_persist.models import rank


def least_moves(order: Sequence[str], ranks: Mapping[str, str], taken: Iterable[str] = ()) -> dict[str, str]:
    """The new rank of each entry that has to move, by its id.

    `order` names every entry once, in the order wanted; `ranks` are those they have, and `taken` ranks that others
    have. The longest run of entries that stand in the right order to one another keeps its ranks.
    """
    kept = longest_rising([ranks[key] for key in order])
    used = {*ranks.values(), *taken}
    fresh: dict[str, str] = {}
    for low, between, high in _gaps(len(order), kept):
        lowest, highest = (None if each is None else ranks[order[each]] for each in (low, high))
        made = _ranks_between(lowest, highest, len(between), used)
        fresh.update(zip((order[place] for place in between), made, strict=True))
    return fresh


def longest_rising(values: Sequence[str]) -> list[int]:
    """The places of a longest rising subsequence, found by patience sorting."""
    ends: list[str] = []
    places: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        length = bisect_left(ends, value)
        ends[length:] = [value, *ends[length + 1 :]]
        places[length:] = [place, *places[length + 1 :]]
        before.append(places[length - 1] if length else -1)
    rising = []
    place = places[-1] if places else -1
    while place >= 0:
        rising.append(place)
        place = before[place]
    return rising[::-1]


def _gaps(length: int, kept: Sequence[int]) -> Iterator[tuple[int | None, range, int | None]]:
    """The places between neighbours that keep their ranks."""
    for low, high in pairwise([None, *kept, None]):
        between = range(0 if low is None else low + 1, length if high is None else high)
        if between:
            yield low, between, high


def _ranks_between(low: str | None, high: str | None, count: int, used: set[str]) -> list[str]:
    """So many ranks in order; halving, so that they grow with the logarithm of their number."""
    if count == 0:
        return []
    if high is None:  # appending counts up
        return [low := _unused(low, None, used) for _ in range(count)]
    middle = _unused(low, high, used)
    half = count // 2
    return [*_ranks_between(low, middle, half, used), middle, *_ranks_between(middle, high, count - half - 1, used)]


def _unused(low: str | None, high: str | None, used: set[str]) -> str:
    made = _next(low, high)
    while made in used:
        made = _next(made, high)
    used.add(made)
    return made


def _next(low: str | None, high: str | None) -> str:
    if high is None:
        return rank.after(low)
    return rank.before(high) if low is None else rank.between(low, high)
