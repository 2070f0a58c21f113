"""Where an entry is to stand: beside another, at a position, or behind all."""

from __future__ import annotations

from dataclasses import dataclass

from karaoke_persist.errors import IllegalState, InvalidValue
from karaoke_persist.operations.queue.room_queue import RoomQueue


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the caller names it; nothing named is the end."""

    before: str | None = None
    after: str | None = None
    position: int | None = None
    expect: int | None = None

    @property
    def is_named(self) -> bool:
        """Whether it is a place in particular."""
        return (self.before, self.after, self.position) != (None, None, None)

    def check(self, queue: RoomQueue) -> None:
        """Refuse two places at once, and a position in a queue that has moved on."""
        if sum(each is not None for each in (self.before, self.after, self.position)) > 1:
            raise InvalidValue("place", self, "name one place: before an entry, after one, or a position")
        if self.position is not None and self.expect is None:
            raise InvalidValue("expect", None, "a position is of a queue as it was read: give its rev")
        if self.expect is not None:
            queue.list.expect(self.expect)

    def position_among(self, queue: RoomQueue, rest: list[str]) -> int:
        """The position, from 1 on, in a queue of which the others are `rest`."""
        if self.position is not None:
            return _checked(self.position, len(rest) + 1)
        beside = self.before if self.before is not None else self.after
        if beside is None:
            return len(rest) + 1
        if beside not in rest:
            _refuse(queue, beside)
        return rest.index(beside) + (1 if self.before is not None else 2)


def rank_at(queue: RoomQueue, position: int, rest: list[str]) -> str:
    """The rank of a position among the others."""
    return queue.list.rank_before(rest[position - 1]) if position <= len(rest) else queue.list.rank_at_end()


def _checked(position: int, most: int) -> int:
    if not isinstance(position, int) or isinstance(position, bool) or not 1 <= position <= most:
        raise InvalidValue("position", position, f"a whole number from 1 to {most} is expected")
    return position


def _refuse(queue: RoomQueue, beside: str) -> None:
    entry = queue.list.entry(beside)
    if entry.state == "playing":
        raise IllegalState(
            "QueueEntry", beside, "playing", "have another beside it", "Move to the top, or beside one that waits"
        )
    raise InvalidValue("place", beside, "an entry cannot be moved beside itself")
