"""The rotation policies that are built in.

A singer's next song is the one that stands first among hers in the stored order. An entry is a *candidate* when it is
that for every one of its singers, its members. Fair policies repeat: take the candidate whose members' last turn is the
least recent (for several members the latest of their turns counts; never comes before all, ties go by the stored
order), and append it to the turns.

What this guarantees, and why. Turns are numbered; the *mark* of a candidate is the number of its members' last turn.

1. *The mark of a candidate never changes.* Only a turn of a member would change it, and every other entry of a member
   stands behind the candidate and is none itself.
2. *Once an entry is a candidate, each other singer passes it at most once.* When one who is no member has sung before
   it, her last turn is later than the mark, which stays as it is. Whatever she sings next, also in a duet, has a later
   mark than the entry and is not taken before it.
3. *Nobody sings twice in a row while a candidate waits that shares no member with the last turn.* The mark of an entry
   that shares one is the number of the last turn, the highest there is; that of one that shares none is lower.
4. *A singer's own order is kept.* Only candidates are taken.
5. *There always is a candidate*, the first entry in stored order, so that every entry gets its place.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from types import MappingProxyType
from typing import Final

from karaoke_persist.contract.rotation import Placed, Rotation, RotationEntry, RotationPolicies

_NEVER: Final = -1


def history_fair(rotation: Rotation) -> Sequence[Placed]:
    """Whose last turn tonight is the longest ago sings next; who has not sung yet comes first."""
    return _Fair(rotation, rotation.turns, "has not sung tonight").order()


def round_robin(rotation: Rotation) -> Sequence[Placed]:
    """The singers take turns; it is known who is on stage and who is next, not what was before."""
    playing = () if rotation.playing is None else (rotation.playing.singers,)
    return _Fair(rotation, playing, "has no turn before this one").order()


def first_come(rotation: Rotation) -> Sequence[Placed]:
    """The stored order."""
    return [Placed(entry.id, "in the order of the queue") for entry in rotation.entries]


POLICIES: Final[RotationPolicies] = MappingProxyType(
    {"history-fair": history_fair, "round-robin": round_robin, "first-come": first_come}
)
"""By the names under which rooms choose them."""


class _Fair:
    """One run of a fair policy. A candidate enters the heap once, with its mark, which stays (1. above)."""

    def __init__(self, rotation: Rotation, turns: Sequence[tuple[str, ...]], never: str) -> None:
        self._entries, self._never = rotation.entries, never
        self._on_stage = len(turns) - 1 if rotation.playing is not None else _NEVER
        locked = () if rotation.locked is None else (rotation.locked.singers,)
        self._last = {singer: number for number, turn in enumerate((*turns, *locked)) for singer in turn}
        self._sung, self._before_plan = len(turns), len(turns) + len(locked)
        self._waiting: defaultdict[str, deque[int]] = defaultdict(deque)
        self._heap: list[tuple[int, int]] = []

    def order(self) -> list[Placed]:
        """Every entry in its place."""
        for place, entry in enumerate(self._entries):
            for singer in _members(entry):
                self._waiting[singer].append(place)
        for place in range(len(self._entries)):
            self._push_candidate(place)
        return list(self._taken())

    def _taken(self) -> Iterator[Placed]:
        number = self._before_plan
        while self._heap:
            mark, place = heappop(self._heap)
            entry = self._entries[place]
            yield Placed(entry.id, self._reason(mark))
            self._take(entry, number)
            number += 1

    def _take(self, entry: RotationEntry, number: int) -> None:
        members = _members(entry)
        for singer in members:
            self._last[singer] = number
            self._waiting[singer].popleft()
        behind = {self._waiting[singer][0] for singer in members if self._waiting[singer]}
        for place in behind:
            self._push_candidate(place)

    def _push_candidate(self, place: int) -> None:
        """Put an entry on the heap if it is a candidate."""
        members = _members(self._entries[place])
        if all(self._waiting[singer][0] == place for singer in members):
            mark = max((self._last.get(singer, _NEVER) for singer in members), default=_NEVER)
            heappush(self._heap, (mark, place))

    def _reason(self, mark: int) -> str:
        if mark == _NEVER:
            return self._never
        if mark >= self._before_plan:
            return "waits behind their own earlier song"
        if mark >= self._sung:
            return "is announced as the next already"
        if mark == self._on_stage:
            return "is on stage now"
        ago = self._sung - mark
        return f"last sang {ago} turns ago" if ago > 1 else "was the last to sing"


def _members(entry: RotationEntry) -> tuple[str, ...]:
    """Everybody who sings an entry, once."""
    return entry.singers if len(entry.singers) == 1 else tuple(dict.fromkeys(entry.singers))
