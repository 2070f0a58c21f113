"""The shapes in which the queue answers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal, NamedTuple

from pydantic.alias_generators import to_camel

from karaoke_persist.contract.rotation import Placed
from karaoke_persist.models import Room

ItemState = Literal["waiting", "held", "playing", "completed", "skipped", "abandoned"]
"""Where an entry is; the last three are of one that was played, and is not in the queue any more."""
Repeat = Literal["already queued", "sung tonight"]
"""What a host may want to know of a song that was added."""


class Singer(NamedTuple):
    """Somebody who sings, by a name and, where it is known, by the user."""

    name: str
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class QueueItem:
    """An entry of a queue as people see it."""

    id: str
    room_id: str
    state: ItemState
    """`held` also when one of its singers is."""
    position: int
    """From 1 on, among those that wait or are held; 0 on stage and after it."""
    song_id: str
    title: str
    artist: str
    duration_ms: int | None
    singers: tuple[Singer, ...]
    key_shift: int = 0
    tempo: int = 100
    note: str | None = None
    added_by: str | None = None
    added_at: datetime | None = None
    pinned: bool = False
    locked: bool = False
    """Whether its singers were announced as the next."""
    wait_ms: int | None = None
    """How long until it is likely to begin; None for one that is held, and in the answer of `add`."""

    def to_dict(self) -> dict[str, Any]:
        """A camelCase dictionary of plain values, ready for JSON; times are ISO 8601 text in UTC."""
        plain: dict[str, Any] = {to_camel(each.name): getattr(self, each.name) for each in fields(self)}
        plain["singers"] = [{"name": name, "userId": user_id} for name, user_id in self.singers]
        plain["addedAt"] = None if self.added_at is None else self.added_at.isoformat()
        return plain


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue at one moment: its room, and its entries, the one on stage first."""

    room: Room
    items: tuple[QueueItem, ...] = ()

    @property
    def rev(self) -> int:
        """What `expect` is held against."""
        return self.room.queue_rev

    def to_dict(self) -> dict[str, Any]:
        """The room and its entries, ready for JSON."""
        return {"room": self.room.to_dict(), "entries": [item.to_dict() for item in self.items]}


@dataclass(frozen=True, slots=True)
class AddedEntry:
    """What became of an addition."""

    entry: QueueItem
    warnings: tuple[Repeat, ...] = ()

    @property
    def position(self) -> int:
        """Where the entry stands."""
        return self.entry.position


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """The order that a policy would give a queue, with a reason for each entry. It is not carried out yet."""

    room_id: str
    rev: int
    """The `rev` of the queue that it was made for."""
    policy: str
    order: tuple[Placed, ...] = ()
