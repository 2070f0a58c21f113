"""Work that is done in the background, by workers who may die."""

from __future__ import annotations

from typing import ClassVar, Final

from karaoke_persist.models.fields import Boolean, Id, Integer, JsonObject, Text, Time
from karaoke_persist.models.integrity import Integrity, Reference, Sorted
from karaoke_persist.models.json_values import EMPTY_OBJECT
from karaoke_persist.models.record import Record

JOB_STATUSES: Final[tuple[str, ...]] = (
    "pending",
    "processing",
    "downloading",
    "finalizing",
    "completed",
    "failed",
    "cancelled",
)


class Job(Record):
    """A piece of work. A `status` that is not one of `JOB_STATUSES` came from elsewhere and is shown as it is."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="jobs",
        references=(Reference("song_id", "songs", "set_null"),),
        sorted=(
            Sorted("created_at"),
            Sorted("created_at", within=("status",)),
            Sorted("lease_until", within=("status",)),
        ),
        stamped="created_at",
    )

    id: Id
    kind: Text
    status: Text = "pending"
    title: Text | None = None
    artist: Text | None = None
    song_id: Id | None = None
    filename: Text | None = None
    progress: Integer = 0
    """Percent."""
    message: Text | None = None
    error: Text | None = None
    notes: Text | None = None
    payload: JsonObject = EMPTY_OBJECT
    """What the worker has to know."""
    result: JsonObject | None = None
    dismissed: Boolean = False
    attempts: Integer = 0
    """How often it was claimed; the token that each call of a worker carries."""
    claim_id: Text | None = None
    """The last claim of it, by an id that no other has: tells it from another job that has its id later."""
    max_attempts: Integer = 3
    worker: Text | None = None
    lease_until: Time | None = None
    """Until when the worker has it, without another word."""
    created_at: Time | None = None
    started_at: Time | None = None
    finished_at: Time | None = None
