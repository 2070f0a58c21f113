"""The queues of the rooms: who sings what next."""

from __future__ import annotations

from karaoke_persist.operations.base import Operations


class QueueOperations(Operations):
    """The queues of the rooms: who sings what next."""
