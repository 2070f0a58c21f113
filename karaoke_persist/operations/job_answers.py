"""The shapes in which the operations on jobs answer, where a job is not enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from karaoke_persist.models import FrozenDict
from karaoke_persist.models.json_values import EMPTY_OBJECT, freeze_object
from karaoke_persist.operations.job_states import OVER, RUNNING


@dataclass(frozen=True, slots=True)
class JobStatistics:
    """The jobs in numbers."""

    total: int = 0
    pending: int = 0
    running: int = 0
    """Those that a worker has: processing, downloading, finalizing."""
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    other: int = 0
    """Those whose status came from elsewhere."""
    dismissed: int = 0
    by_status: Mapping[str, int] = field(default=EMPTY_OBJECT)
    """Each status that occurs, as it is stored."""

    @classmethod
    def of(cls, counts: Iterable[tuple[str, bool, int]]) -> Self:
        """From the numbers of jobs by status and whether they are dismissed."""
        by_status: dict[str, int] = {}
        dismissed = 0
        for status, is_dismissed, jobs in counts:
            by_status[status] = by_status.get(status, 0) + jobs
            dismissed += jobs if is_dismissed else 0
        return cls(
            total=sum(by_status.values()),
            running=sum(by_status.get(status, 0) for status in RUNNING),
            other=sum(jobs for status, jobs in by_status.items() if status not in ("pending", *RUNNING, *OVER)),
            dismissed=dismissed,
            by_status=_frozen(by_status),
            **{status: by_status.get(status, 0) for status in ("pending", *OVER)},
        )


def _frozen(counts: Mapping[str, int]) -> FrozenDict:
    return freeze_object(dict(sorted(counts.items())))
