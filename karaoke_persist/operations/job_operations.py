"""Jobs: work in the background, given to exactly one worker at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from karaoke_persist.contract import COUNT, Aggregate, And, Compare, Condition, Eq, In, IsNull, Not, Or, Order, Query
from karaoke_persist.errors import IllegalState, InvalidValue
from karaoke_persist.models import Job
from karaoke_persist.models.record import named_fields
from karaoke_persist.operations.answers import Page
from karaoke_persist.operations.base import none, operation
from karaoke_persist.operations.job_answers import JobStatistics
from karaoke_persist.operations.job_states import OVER, RUNNING, TRANSITIONS, Over, after
from karaoke_persist.operations.job_workers import JobWorkOperations
from karaoke_persist.operations.paging import page_of
from karaoke_persist.operations.redirects import kept_ids
from karaoke_persist.session import Session

_DESCRIPTION: Final = (
    "title",
    "artist",
    "song_id",
    "filename",
    "message",
    "notes",
    "payload",
    "max_attempts",
)
"""What a host says of a job. All else follows from what is done with it."""

_AS_NEW: Final[Mapping[str, Any]] = {
    "progress": 0,
    "message": None,
    "error": None,
    "result": None,
    "dismissed": False,
    "started_at": None,
    "finished_at": None,
}


class JobOperations(JobWorkOperations):
    """Work in the background: pending, then claimed by a worker, then completed, failed or cancelled.

    A job whose status came from elsewhere is shown as it is, and accepts only to fail, to be cancelled and to be
    deleted. What does not follow from where a job stands is `IllegalState` and changes nothing.
    """

    @operation("write")
    def create(self, /, kind: str, *, job_id: str | None = None, **fields: Any) -> Job:
        """Store a new job, pending, and return it; an id is made if none is given. A taken id is `AlreadyExists`.

        The fields that describe it are title, artist, song_id, filename, message, notes, payload and max_attempts.
        """
        given = _description(self.session, fields)
        _check_kind(kind)
        job = Job(id=self.session.context.new_id() if job_id is None else job_id, kind=kind, **given)
        self.session.insert(job)
        return self._job(job.id)

    @operation("single", none)
    def get(self, job_id: str) -> Job | None:
        """The job with this id, or None."""
        return self.session.get(Job, job_id)

    @operation("single")
    def page(
        self,
        *,
        status: str | None = None,
        active: bool | None = None,
        dismissed: bool | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Job]:
        """A page of jobs, newest first: of one status, those that are over or not, those that are dismissed or not."""
        chosen: list[Condition] = [] if status is None else [Eq("status", status)]
        chosen += _flag("active", active, Not(In("status", OVER)))
        chosen += _flag("dismissed", dismissed, Eq("dismissed", True))
        return page_of(self.session, Query(Job, And(*chosen), Order("created_at", descending=True)), limit, cursor)

    @operation("single")
    def statistics(self) -> JobStatistics:
        """The jobs in numbers, all of one moment."""
        return JobStatistics.of(self.session.aggregate(Aggregate(Job, by=("status", "dismissed"), measures=(COUNT,))))

    @operation("write")
    def patch(self, job_id: str, changes: Mapping[str, Any]) -> Job:
        """Change what describes a job; where it stands is not changed by this. An absent one is `NotFound`."""
        given = _description(self.session, changes)
        job = self._job(job_id)
        if job.status not in TRANSITIONS:
            after(job, "be changed")
        return self._write(job, given)

    @operation("write")
    def cancel(self, job_id: str, reason: str | None = None) -> Job:
        """End a job that is not over. Its worker, if it has one, gets `LeaseLost` at its next word."""
        job = self._job(job_id)
        return self._end(job, "cancel", {} if reason is None else {"message": reason})

    @operation("write")
    def retry(self, job_id: str, *, attempts: int = 1) -> Job:
        """Make a failed or cancelled job pending again, with at least so many attempts left."""
        if type(attempts) is not int or not 1 <= attempts <= _MOST_ATTEMPTS:
            raise InvalidValue("attempts", attempts, f"a whole number from 1 to {_MOST_ATTEMPTS} is expected")
        job = self._job(job_id)
        # Attempts go on counting, so that no token is ever given out twice.
        most = max(job.max_attempts, job.attempts + attempts)
        return self._write(job, {**_AS_NEW, "status": after(job, "retry"), "max_attempts": most})

    @operation("write")
    def dismiss(self, job_id: str) -> Job:
        """Put a job that is over out of sight; it stays in the statistics. Twice is as good as once."""
        job = self._job(job_id)
        if job.status not in OVER:
            raise IllegalState("Job", job_id, job.status, "be dismissed", "Wait until it is over, or cancel it")
        return self._write(job, {"dismissed": True})

    @operation("write")
    def delete(self, job_id: str) -> None:
        """Delete a job that no worker has; one that is running is `IllegalState`, an absent one `NotFound`."""
        job = self._job(job_id)
        if job.status in RUNNING:
            raise IllegalState("Job", job_id, job.status, "be deleted", "Cancel it first")
        self.session.delete(Job, job_id)

    @operation("write")
    def prune(self, older_than: datetime | timedelta | None = None, *, status: Over | None = None) -> int:
        """Delete jobs that are over, all or those that ended before a time or longer ago than a duration; how many.

        With `status`, only those that ended so. One that is not over, or whose status came from elsewhere, stays.
        """
        if status is not None and status not in OVER:
            raise InvalidValue("status", status, f"choose one of {', '.join(OVER)}")
        over = In("status", OVER if status is None else (status,))
        return self.session.delete_where(Query(Job, over if older_than is None else And(over, self._old(older_than))))

    def _old(self, older_than: datetime | timedelta) -> Condition:
        """Those without a time of ending came from elsewhere, and go by when they were made."""
        moment = self._now() - _age(older_than) if isinstance(older_than, timedelta) else older_than
        unknown = And(IsNull("finished_at"), Compare("created_at", "<", moment))
        return Or(Compare("finished_at", "<", moment), unknown)


_MOST_ATTEMPTS: Final = 1_000


def _description(session: Session, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a host may say of a job, by field, a merged song being the kept one; anything else is `InvalidValue`."""
    given = named_fields(Job, fields)
    for name, value in given.items():
        if name not in _DESCRIPTION:
            told = f"it follows from what is done with the job; a host says {', '.join(_DESCRIPTION)}"
            raise InvalidValue(f"Job.{name}", value, told)
    most = given.get("max_attempts", 1)
    if type(most) is not int or not 1 <= most <= _MOST_ATTEMPTS:
        raise InvalidValue("Job.max_attempts", most, f"a whole number from 1 to {_MOST_ATTEMPTS} is expected")
    if given.get("song_id") is not None:
        (given["song_id"],) = kept_ids(session, [given["song_id"]])
    return given


def _check_kind(kind: object) -> None:
    if not isinstance(kind, str) or not kind:
        raise InvalidValue("kind", kind, "a name is expected, by which workers know what is to be done")


def _flag(name: str, wanted: bool | None, condition: Condition) -> list[Condition]:
    if wanted is not None and not isinstance(wanted, bool):
        raise InvalidValue(name, wanted, "True, False, or None for both")
    return [] if wanted is None else [condition if wanted else Not(condition)]


def _age(value: timedelta) -> timedelta:
    if not timedelta() <= value <= timedelta(days=36_600):
        raise InvalidValue("older_than", value, "a duration of up to a hundred years is expected, or a time")
    return value
