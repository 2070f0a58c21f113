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
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from types import MappingProxyType
from typing import Final

from karaoke_persist.contract.rotation import Placed, Rotation, RotationPolicies

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
        self._members = [tuple(dict.fromkeys(entry.singers)) for entry in rotation.entries]
        self._on_stage = len(turns) - 1 if rotation.playing is not None else _NEVER
        announced = () if rotation.locked is None else (rotation.locked.singers,)
        self._last = {singer: number for number, turn in enumerate((*turns, *announced)) for singer in turn}
        self._sung, self._known = len(turns), len(turns) + len(announced)

    def order(self) -> list[Placed]:
        """Every entry in its place."""
        self._line_up()
        taken = []
        for number in range(self._known, self._known + len(self._entries)):
            mark, place = heappop(self._candidates)
            taken.append(Placed(self._entries[place].id, self._reason(mark)))
            self._take(place, number)
        return taken

    def _line_up(self) -> None:
        """Let each singer's entries stand in a line of their own, and find the candidates."""
        lines: defaultdict[str, deque[int]] = defaultdict(deque)
        self._behind: list[int] = []
        """For each entry, how many of its members have another one to sing first."""
        for place, members in enumerate(self._members):
            self._behind.append(sum(singer in lines for singer in members))
            for singer in members:
                lines[singer].append(place)
        self._lines = lines
        self._candidates = [(self._mark(place), place) for place, behind in enumerate(self._behind) if not behind]
        heapify(self._candidates)

    def _take(self, place: int, number: int) -> None:
        """Give an entry its turn; whatever was only behind it becomes a candidate."""
        freed = []
        for singer in self._members[place]:
            self._last[singer] = number
            line = self._lines[singer]
            line.popleft()
            if line:
                self._behind[line[0]] -= 1
                freed += [] if self._behind[line[0]] else [line[0]]
        for each in freed:
            heappush(self._candidates, (self._mark(each), each))

    def _mark(self, place: int) -> int:
        return max([self._last.get(singer, _NEVER) for singer in self._members[place]], default=_NEVER)

    def _reason(self, mark: int) -> str:
        if mark == _NEVER:
            return self._never
        if mark >= self._known:
            return "waits behind their own earlier song"
        if mark >= self._sung:
            return "is announced as the next already"
        if mark == self._on_stage:
            return "is on stage now"
        ago = self._sung - mark
        return f"last sang {ago} turns ago" if ago > 1 else "was the last to sing"
