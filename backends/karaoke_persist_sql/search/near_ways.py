"""The songs nearest to a query by which many songs may be meant, without measuring all of those.

The slips of a song are shared out among the needles in some way: this one is there, that one has one slip, another two.
Each way is asked for by itself, with its fewest slips first and in the order of places. So the first songs that are
found are the nearest ones, and the rest need not be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from karaoke_persist.contract.search.plan import Needle

TOLD_APART: Final = 3
"""Of so many needles slips are shared out; others may have any, so that the ways stay few."""

Measured = tuple[int, int, str]
"""The slips of a song, its place and its key."""
Share = Mapping[Needle, int | None]
"""The slips of each needle; None for any."""


@dataclass(slots=True)
class Way:
    """The songs of one way, measured as they are needed, in the order of places."""

    least: int
    """The fewest slips that one of them has."""
    is_exact: bool
    """Whether none has more."""
    rest: Iterator[Measured]
    seen: list[Measured] = field(default_factory=list)

    def first(self, slips: int, most: int) -> list[Measured]:
        """The first songs with so many slips."""
        found = [each for each in self.seen if each[0] == slips]
        while len(found) < most and (each := next(self.rest, None)) is not None:
            self.seen.append(each)
            if each[0] == slips:
                found.append(each)
        return found


def nearest(ways: Sequence[Way], slips: range, most: int) -> list[str]:
    """The keys of the songs with the fewest slips, those with as many in the order of places."""
    found: dict[str, None] = {}
    for number in slips:
        may_have = [way for way in ways if way.least == number or (way.least < number and not way.is_exact)]
        level = {each for way in may_have for each in way.first(number, most)}
        found.update(dict.fromkeys(key for _, _, key in sorted(level)))
        if len(found) >= most:
            break
    return list(found)[:most]


def ways(
    needles: Mapping[Needle, set[int]], times: Mapping[Needle, int], ask: Callable[[Share], Iterator[Measured]]
) -> list[Way]:
    """Every way to share out slips: each needle with how many it may have, and how often it is said."""
    slipping = [needle for needle, slips in needles.items() if slips]
    loose: dict[Needle, int | None] = dict.fromkeys(slipping[TOLD_APART:])
    told = [needle for needle in needles if needle not in loose]
    found = []
    for counts in product(*(sorted({0, *needles[needle]}) for needle in told)):
        share = dict(zip(told, counts, strict=True))
        least = sum(count * times[needle] for needle, count in share.items())
        found.append(Way(least, not loose, ask({**share, **loose})))
    return found
