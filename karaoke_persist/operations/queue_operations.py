"""The queues of the rooms: who sings what next."""

from __future__ import annotations

from karaoke_persist.operations.queue.adding import AddingOperations
from karaoke_persist.operations.queue.holding import HoldingOperations
from karaoke_persist.operations.queue.listing import ListingOperations
from karaoke_persist.operations.queue.ordering import OrderingOperations
from karaoke_persist.operations.queue.rooms import RoomOperations
from karaoke_persist.operations.queue.rotating import RotatingOperations
from karaoke_persist.operations.queue.stage import StageOperations
from karaoke_persist.operations.queue.undoing import UndoingOperations


class QueueOperations(
    RoomOperations,
    ListingOperations,
    AddingOperations,
    OrderingOperations,
    HoldingOperations,
    StageOperations,
    RotatingOperations,
    UndoingOperations,
):
    """The queues of the rooms: who sings what next.

    A room is named by its id; without one it is the main room, which is there as soon as it is used. An entry names its
    room itself. An operation that changes a queue raises its `rev` once, and changes all or nothing.
    """
