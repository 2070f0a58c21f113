"""Which steps a job may take: the state machine, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from karaoke_persist.errors import IllegalState
from karaoke_persist.models import Job

Running = Literal["processing", "downloading", "finalizing"]
Over = Literal["completed", "failed", "cancelled"]
RUNNING: Final = ("processing", "downloading", "finalizing")
"""A worker has it."""
OVER: Final = ("completed", "failed", "cancelled")

Steps = Mapping[str, str]
"""Where each step leads."""

_ENDS: Final[Steps] = {"fail": "failed", "cancel": "cancelled"}
_RUNS: Final[Steps] = {**_ENDS, "complete": "completed", "lapse": "pending", "lapse for good": "failed"}

TRANSITIONS: Final[Mapping[str, Steps]] = {
    "pending": {**_ENDS, "be claimed": "processing"},
    "processing": {**_RUNS, "be downloading": "downloading", "be finalizing": "finalizing"},
    "downloading": {**_RUNS, "be processing": "processing"},
    "finalizing": {**_RUNS, "be processing": "processing"},
    "completed": {},
    "failed": {"retry": "pending"},
    "cancelled": {"retry": "pending"},
}
"""Every legal step, by the status that it starts from."""

FROM_ELSEWHERE: Final[Steps] = _ENDS
"""What a job accepts whose status is none of these."""


def after(job: Job, step: str) -> str:
    """The status that a step leads to; one that is not legal is `IllegalState`, which names those that are."""
    steps = TRANSITIONS.get(job.status, FROM_ELSEWHERE)
    if step not in steps:
        raise IllegalState("Job", job.id, job.status, step, _remedy(steps))
    return steps[step]


def _remedy(steps: Steps) -> str:
    return f"From here it can {', '.join(steps)}" if steps else "It is over; create another job"
