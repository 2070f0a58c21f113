"""Rooms: opened, closed, and set up by the host."""

from __future__ import annotations

from typing import Any, Final

from karaoke_persist.contract import Order, Query
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Room
from karaoke_persist.operations.base import Operations, none, operation
from karaoke_persist.operations.queue.changing import change
from karaoke_persist.operations.queue.room_queue import MAIN, queue_of
from karaoke_persist.operations.rotation import policy_named
from karaoke_persist.session import Session

SETTINGS: Final = (
    "name",
    "policy",
    "auto",
    "when_queued",
    "when_sung",
    "max_waiting",
    "max_waiting_seconds",
    "max_per_night",
)
"""The fields of a room that are the host's to set."""
_QUOTAS = ("max_waiting", "max_waiting_seconds", "max_per_night")


class RoomOperations(Operations):
    """Rooms by their ids."""

    @change
    def open_room(self, /, room_id: str, **settings: Any) -> Room:
        """Open a room, a new one or one that was closed, and set what is named; `SETTINGS` are there to be set."""
        checked = _settings(self.session, settings)
        if self.session.get(Room, room_id) is None:
            self.session.insert(Room(id=room_id, **{"name": room_id, **checked}))
        else:
            self.session.patch(Room, room_id, {"is_open": True, **checked})
        return _room(self.session, room_id)

    @operation("single", none)
    def get_room(self, room_id: str = MAIN) -> Room | None:
        """A room, or None; the main room is there once it has been used."""
        return self.session.get(Room, room_id)

    @operation("single", list)
    def rooms(self) -> list[Room]:
        """All rooms, by name."""
        return self.session.find(Query(Room, order=Order("name")))

    @change
    def update_room(self, /, room_id: str = MAIN, *, expect: int | None = None, **settings: Any) -> Room:
        """Set what is named. With `expect`, a room that has moved on from that revision is `StaleWrite`."""
        checked = _settings(self.session, settings)
        queue_of(self.session, room_id)
        self.session.patch(Room, room_id, checked, expect=expect)
        return _room(self.session, room_id)

    @change
    def close_room(self, room_id: str = MAIN) -> Room:
        """Take no more entries from guests. What is queued stays, and is played."""
        queue_of(self.session, room_id).patch_room(is_open=False)
        return _room(self.session, room_id)


def _settings(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    for name in given:
        if name not in SETTINGS:
            raise InvalidValue("Room", name, f"there is no such setting; there are {', '.join(SETTINGS)}")
    checked = Room.checked_changes(given)
    if "policy" in checked:
        policy_named(checked["policy"], session.context.policies)
    for name in _QUOTAS:
        if checked.get(name) is not None and checked[name] < 0:
            raise InvalidValue(f"Room.{name}", checked[name], "a quota is 0 or more; None is no quota")
    return checked


def _room(session: Session, room_id: str) -> Room:
    room = session.get(Room, room_id)
    assert room is not None, "a room that was just written is there"
    return room
