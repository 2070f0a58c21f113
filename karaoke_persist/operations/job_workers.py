"""What workers do with jobs: take them, work on them under a lease, end them.

A lease is a time, and nothing watches it: that it lapsed is seen by the next `claim` or `reap`. Until then the job is
still its worker's, who may heartbeat late and go on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from karaoke_persist.contract import And, Compare, Condition, Eq, In, IsNull, Or, Order, Query
from karaoke_persist.errors import IllegalState, InvalidValue, LeaseLost, NotFound
from karaoke_persist.models import Job
from karaoke_persist.operations.base import Operations, operation
from karaoke_persist.operations.job_states import RUNNING, Running, after

Lease = float | timedelta
"""Seconds, or a duration."""
Attempt = int | Job
"""The `attempts` of a claimed job, or the job as it was claimed."""

_YEAR: Final = 366 * 24 * 3_600
MOST_AT_ONCE: Final = 1_000
_AT_START: Final[Mapping[str, Any]] = {"progress": 0, "message": None, "error": None}
_LET_GO: Final[Mapping[str, Any]] = {"worker": None, "lease_until": None}


class JobWorkOperations(Operations):
    """The calls of workers. Each but `claim` carries the `attempt`: the claimed job itself, or its `attempts` alone.

    The number tells the claims of a job apart. The job tells it also from a later one that was given the same id.
    """

    @operation("write")
    def claim(self, worker: str, lease: Lease, *, kinds: Iterable[str] | None = None, n: int = 1) -> list[Job]:
        """Take up to `n` pending jobs, the oldest first, of some kinds or of any; each goes to this worker alone.

        They are the worker's while the lease runs. Each of them, or its `attempts`, which this raises, is the
        `attempt` that every further call carries. Jobs whose lease has lapsed are dealt with first, as `reap` does.
        """
        condition = _claimable(worker, kinds, n)
        until = self._until(lease)
        self._reap()
        found: list[Job] = self.session.find(Query(Job, condition, Order("created_at"), limit=n))
        hold = {**_AT_START, "worker": worker, "lease_until": until, "started_at": self._now()}
        hold["claim_id"] = self.session.context.new_id()
        return self._write_all([(job, {**hold, **_taken(job)}) for job in found])

    @operation("write")
    def reap(self) -> list[Job]:
        """Return jobs whose lease has lapsed to pending, or fail those that have had all their attempts.

        The jobs as they are now. Those whose worker is alive, and says so in time, are left alone.
        """
        return self._reap()

    @operation("write")
    def heartbeat(self, job_id: str, lease: Lease, *, attempt: Attempt) -> Job:
        """Let the lease run anew from now. `LeaseLost` if the job is this attempt's no more."""
        until = self._until(lease)
        return self._write(self._held(job_id, attempt), {"lease_until": until})

    @operation("write")
    def progress(
        self,
        job_id: str,
        percent: int | None = None,
        *,
        attempt: Attempt,
        status: Running | None = None,
        message: str | None = None,
    ) -> Job:
        """Say how far a job is, from 0 to 100, at which stage, and in words; what is not named stays.

        From processing it goes to downloading and finalizing, and from these back. `LeaseLost` if the job is this
        attempt's no more.
        """
        _check_progress(percent, status)
        job = self._held(job_id, attempt)
        moved = job.status if status in (None, job.status) else after(job, f"be {status}")
        said = {"progress": percent, "message": message}
        return self._write(job, {"status": moved, **{name: value for name, value in said.items() if value is not None}})

    @operation("write")
    def complete(self, job_id: str, *, attempt: Attempt, result: Mapping[str, Any] | None = None) -> Job:
        """End a job well, with a JSON object for whoever asked. `LeaseLost` if it is this attempt's no more."""
        job = self._held(job_id, attempt)
        return self._end(job, "complete", {"progress": 100, "result": result})

    @operation("write")
    def fail(self, job_id: str, error: str, *, attempt: Attempt | None = None) -> Job:
        """End a job badly, with the reason.

        Its worker gives the `attempt`; `LeaseLost` if it is this attempt's no more. Without one, a job is failed that
        no worker has; who wants to stop a running one cancels it.
        """
        job = self._unheld(job_id) if attempt is None else self._held(job_id, attempt)
        return self._end(job, "fail", {"error": error})

    # who has a job

    def _held(self, job_id: str, attempt: Attempt) -> Job:
        """The job, if it is in the hands of this attempt."""
        number = _number_of(job_id, attempt)
        job = self.session.get(Job, job_id)
        reason = _reason_of_loss(job, number, attempt.claim_id if isinstance(attempt, Job) else None)
        if job is None or reason is not None:
            raise LeaseLost(job_id, number, reason or "")
        return job

    def _unheld(self, job_id: str) -> Job:
        job = self._job(job_id)
        if job.status in RUNNING:
            remedy = "Give the attempt of its worker, or cancel it"
            raise IllegalState("Job", job_id, job.status, "fail by itself", remedy)
        return job

    def _job(self, job_id: str) -> Job:
        job = self.session.get(Job, job_id)
        if job is None:
            raise NotFound("Job", job_id)
        return job

    # leases

    def _now(self) -> datetime:
        return self.session.context.clock()

    def _until(self, lease: Lease) -> datetime:
        return self._now() + duration("lease", lease)

    def _reap(self) -> list[Job]:
        """A running job without a lease is nobody's either: it came from elsewhere."""
        lapsed = Or(Compare("lease_until", "<=", self._now()), IsNull("lease_until"))
        found: list[Job] = self.session.find(Query(Job, And(In("status", RUNNING), lapsed)))
        return [self._lapse(job) for job in found]

    def _lapse(self, job: Job) -> Job:
        reason = _reason_of_lapse(job)
        if job.attempts >= job.max_attempts:
            return self._end(job, "lapse for good", {"error": reason})
        return self._write(job, {**_LET_GO, "status": after(job, "lapse"), "progress": 0, "message": reason})

    # writing

    def _end(self, job: Job, step: str, changes: Mapping[str, Any]) -> Job:
        ended = {**_LET_GO, "status": after(job, step), "finished_at": self._now()}
        return self._write(job, {**ended, **changes})

    def _write(self, job: Job, changes: Mapping[str, Any]) -> Job:
        self.session.patch(Job, job.id, changes)
        return job.revised(Job.checked_changes(changes))

    def _write_all(self, pairs: Sequence[tuple[Job, dict[str, Any]]]) -> list[Job]:
        """The same for many, with one statement for those that change in the same way."""
        if len(pairs) == 1:
            return [self._write(*pairs[0])]
        for _, alike in groupby(sorted(pairs, key=_attempts), key=_attempts):
            jobs, changes = zip(*alike, strict=True)
            self.session.patch_where(Query(Job, In("id", [job.id for job in jobs])), changes[0])
        return [job.revised(Job.checked_changes(changes)) for job, changes in pairs]


def duration(where: str, value: Lease) -> timedelta:
    """Seconds or a duration, longer than nothing and shorter than a year, as a duration."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool) and math.isfinite(seconds)
    if is_number and 0 < seconds <= _YEAR and (length := timedelta(seconds=seconds)):
        return length
    raise InvalidValue(where, value, "seconds or a timedelta are expected, more than 0 and at most a year")


def _claimable(worker: object, kinds: Iterable[str] | None, n: object) -> Condition:
    """What a claim looks for, its arguments checked."""
    if not isinstance(worker, str) or not worker:
        raise InvalidValue("worker", worker, "a name is expected, that tells this worker from the others")
    if type(n) is not int or not 1 <= n <= MOST_AT_ONCE:
        raise InvalidValue("n", n, f"a whole number from 1 to {MOST_AT_ONCE} is expected")
    if kinds is None:
        return Eq("status", "pending")
    if isinstance(kinds, str):
        raise InvalidValue("kinds", kinds, f"several kinds are expected; for one give [{kinds!r}]")
    return And(Eq("status", "pending"), In("kind", list(kinds)))


def _check_progress(percent: object, status: object) -> None:
    if percent is not None and (type(percent) is not int or not 0 <= percent <= 100):
        raise InvalidValue("percent", percent, "a whole number from 0 to 100 is expected")
    if status is not None and status not in RUNNING:
        raise InvalidValue("status", status, f"choose one of {', '.join(RUNNING)}")


def _number_of(job_id: str, attempt: object) -> int:
    """The number of an attempt, which is at this job."""
    if isinstance(attempt, Job) and attempt.id != job_id:
        raise InvalidValue("attempt", attempt.id, f"this is another job than {job_id!r}; give the one that was claimed")
    number = attempt.attempts if isinstance(attempt, Job) else attempt
    if type(number) is not int or number < 1:
        raise InvalidValue("attempt", number, "the claimed job is expected, or its `attempts`")
    return number


def _reason_of_loss(job: Job | None, attempt: int, claim_id: str | None) -> str | None:
    """Why a job is not in the hands of an attempt, of a claim if that is known; None if it is."""
    if job is None:
        return "the job is not there any more"
    if job.attempts != attempt:
        return f"the job is at attempt {job.attempts}"
    if claim_id not in (None, job.claim_id):
        return "another job has its id now"
    if job.status == "pending":
        return "its lease lapsed"
    return None if job.status in RUNNING else f"the job is {job.status}"


def _reason_of_lapse(job: Job) -> str:
    worker = "its worker" if job.worker is None else f"worker {job.worker!r}"
    return f"{worker} was not heard of within its lease, at attempt {job.attempts} of {job.max_attempts}"


def _taken(job: Job) -> dict[str, Any]:
    return {"status": after(job, "be claimed"), "attempts": job.attempts + 1}


def _attempts(pair: tuple[Job, Mapping[str, Any]]) -> int:
    return pair[0].attempts
