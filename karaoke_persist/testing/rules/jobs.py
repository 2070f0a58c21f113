"""J: jobs, and where they may go from where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import pytest

from karaoke_persist import (
    AlreadyExists,
    IllegalState,
    InvalidValue,
    Job,
    JobStatistics,
    LeaseLost,
    Library,
    NotFound,
    ReferenceMissing,
)
from karaoke_persist.contract import StoreSession
from karaoke_persist.models import QueueEntry, Room
from karaoke_persist.operations import JobOperations
from karaoke_persist.testing.handles import Conformance, Opener, add_songs, contents, nothing_changes, probing, stored
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import MOMENT, song
from karaoke_persist.testing.ticking import Ticking

STATUSES: Final = ("pending", "processing", "downloading", "finalizing", "completed", "failed", "cancelled")
LATER: Final = MOMENT + timedelta(days=1)
ODD: Final = "transmogrifying"
"""A status that came from elsewhere."""

Step = Callable[[JobOperations, str], object]
STEPS: Final[dict[str, Step]] = {
    "download": lambda at, job_id: at.progress(job_id, attempt=1, status="downloading"),
    "finalize": lambda at, job_id: at.progress(job_id, attempt=1, status="finalizing"),
    "process": lambda at, job_id: at.progress(job_id, attempt=1, status="processing"),
    "complete": lambda at, job_id: at.complete(job_id, attempt=1),
    "fail": lambda at, job_id: at.fail(job_id, "broken", attempt=1 if _runs(at, job_id) else None),
    "cancel": lambda at, job_id: at.cancel(job_id),
    "retry": lambda at, job_id: at.retry(job_id),
    "dismiss": lambda at, job_id: at.dismiss(job_id),
    "patch": lambda at, job_id: at.patch(job_id, {"notes": "n"}),
}
ENDS: Final = {"complete": "completed", "fail": "failed", "cancel": "cancelled"}
LEGAL: Final[dict[str, dict[str, str]]] = {
    "pending": {"fail": "failed", "cancel": "cancelled"},
    "processing": {**ENDS, "process": "processing", "download": "downloading", "finalize": "finalizing"},
    "downloading": {**ENDS, "download": "downloading", "process": "processing"},
    "finalizing": {**ENDS, "finalize": "finalizing", "process": "processing"},
    "completed": {"dismiss": "completed"},
    "failed": {"retry": "pending", "dismiss": "failed"},
    "cancelled": {"retry": "pending", "dismiss": "cancelled"},
    ODD: {"fail": "failed", "cancel": "cancelled"},
}
"""Where each step leads, by the status it starts from; what is not here does not follow. What tells of a job may always
be changed, unless its status came from elsewhere."""


def _runs(at: JobOperations, job_id: str) -> bool:
    found = at.get(job_id)
    return found is not None and found.status in STATUSES[1:4]


def job(job_id: str, status: str = "pending", **fields: Any) -> Job:
    """A job as it stands in the store; only what a rule is about needs to be said."""
    running: dict[str, Any] = {"attempts": 1, "worker": "w", "lease_until": datetime(9000, 1, 1, tzinfo=UTC)}
    own = running if status in STATUSES[1:4] else {}
    return Job(**{"id": job_id, "kind": "split", "status": status, **own, **fields})


def found(library: Library, job_id: str) -> Job:
    """A job that must be there."""
    read = library.jobs.get(job_id)
    assert read is not None
    return read


def ids(jobs: Iterable[Job]) -> list[str]:
    """Their ids."""
    return [each.id for each in jobs]


class JobRules(Conformance):
    """Jobs one by one, and in lists."""

    @rule("J-01")
    def test_the_life_of_a_job(self, library: Library, other: Library, open_library: Opener) -> None:
        """A job is created pending, claimed, moved through its stages, and completed with a result, each as stored."""
        ticking = open_library(clock=Ticking())
        add_songs(library, song())
        made = ticking.jobs.create("split", job_id="j", songId="song-1", title="Jóga", payload={"url": "u"})
        assert made == found(other, "j")
        assert (made.status, made.attempts, made.progress, made.payload) == ("pending", 0, 0, {"url": "u"})
        (claimed,) = ticking.jobs.claim("ana", 60)
        assert (claimed.status, claimed.attempts, claimed.worker) == ("processing", 1, "ana")
        at = ticking.jobs
        for status in ("downloading", "processing", "finalizing"):
            moved = at.progress("j", 40, attempt=1, status=status, message=f"now {status}")
            assert moved == found(other, "j")
            assert (moved.status, moved.progress, moved.message) == (status, 40, f"now {status}")
        assert at.progress("j", 50, attempt=1).message == "now finalizing"
        done = at.complete("j", attempt=1, result={"stems": ["vocals"]})
        assert done == found(other, "j")
        assert (done.status, done.progress, done.result) == ("completed", 100, {"stems": ("vocals",)})
        assert (done.worker, done.lease_until) == (None, None)

    @rule("J-02")
    @pytest.mark.parametrize("status", LEGAL)
    def test_steps_of_jobs(self, library: Library, other: Library, status: str) -> None:
        """From each status the legal steps lead where the table says; any other is refused and changes nothing."""
        for number, (name, step) in enumerate(STEPS.items()):
            stored(library, job(f"{number}", status, attempts=1))
            wanted = LEGAL[status].get(name, status if name == "patch" and status != ODD else None)
            if wanted is not None:
                step(library.jobs, f"{number}")
                assert found(other, f"{number}").status == wanted, name
            else:
                # Who works under an attempt learns that it is over; everybody else, that it does not follow.
                with nothing_changes(other), pytest.raises((IllegalState, LeaseLost)):
                    step(library.jobs, f"{number}")

    @rule("J-03")
    def test_no_way_around(self, library: Library, other: Library) -> None:
        """Where a job stands cannot be set from outside, and a running one is not failed but by its worker."""
        stored(library, job("j", "processing"), job("k", "completed"))
        kept = ("status", "progress", "attempts", "worker", "error", "result", "dismissed")
        with nothing_changes(other):
            for name in (*kept, "leaseUntil", "kind", "nonsense"):
                with pytest.raises(InvalidValue):
                    library.jobs.patch("j", {name: "x"})
                with pytest.raises(InvalidValue):
                    library.jobs.create("split", **{name: "x"} if name != "kind" else {"status": "x"})
            with pytest.raises(IllegalState, match="cannot fail by itself"):
                library.jobs.fail("j", "I say so")
            with pytest.raises(IllegalState, match="k' is completed and cannot cancel"):
                library.jobs.cancel("k")

    @rule("J-04")
    def test_a_status_from_elsewhere(self, library: Library, other: Library) -> None:
        """A status that nobody knows is shown as it is, hides no other job, and is never claimed or reaped."""
        stored(library, job("a"), job("odd", ODD, lease_until=MOMENT), job("b", "completed"))
        assert found(other, "odd").status == ODD
        assert sorted(ids(other.jobs.page().items)) == ["a", "b", "odd"]
        assert ids(other.jobs.page(status=ODD).items) == ["odd"]
        assert sorted(ids(other.jobs.page(active=True).items)) == ["a", "odd"]
        assert (other.jobs.statistics().other, other.jobs.statistics().by_status[ODD]) == (1, 1)
        assert library.jobs.reap() == []
        assert ids(library.jobs.claim("w", 60, n=9)) == ["a"]
        assert library.jobs.prune() == 1
        assert found(other, "odd").status == ODD
        library.jobs.delete("odd")
        assert library.jobs.get("odd") is None

    @rule("J-05")
    def test_job_mistakes(self, library: Library, other: Library) -> None:
        """What cannot be asked of jobs is refused with its reason, and changes nothing."""
        stored(library, job("j", "processing"), job("p"))
        at: Any = library.jobs  # what is not typed right is refused too
        calls: list[Callable[[], object]] = [
            *(lambda percent=percent: at.progress("j", percent, attempt=1) for percent in (-1, 101, 1.5, True, "5")),
            lambda: at.progress("j", attempt=1, status="completed"),
            *(lambda lease=lease: at.claim("w", lease) for lease in (0, -1, True, "60", float("nan"), 1e12, 1e-9)),
            *(lambda lease=lease: at.heartbeat("j", lease, attempt=1) for lease in (0, timedelta(days=-1))),
            *(lambda attempt=attempt: at.complete("j", attempt=attempt) for attempt in (0, -1, True, None, "1")),
            *(lambda attempt=attempt: at.complete("j", attempt=attempt) for attempt in (job("p"), job("j"))),
            *(lambda n=n: at.claim("w", 60, n=n) for n in (0, -1, 1_001, True)),
            *(lambda worker=worker: at.claim(worker, 60) for worker in ("", None, "a\x00b")),
            lambda: at.claim("w", 60, kinds="split"),
            lambda: at.complete("j", attempt=1, result="done"),
            *(lambda most=most: at.create("split", max_attempts=most) for most in (0, -1, True)),
            *(lambda kind=kind: at.create(kind) for kind in ("", None, "a\ud800")),
            lambda: at.create("split", job_id=""),
            lambda: at.retry("p", attempts=0),
            lambda: at.page(limit=0),
            lambda: at.page(cursor="nonsense"),
            lambda: at.page(active="yes"),
            lambda: at.prune(timedelta(days=-1)),
            lambda: at.prune(datetime(2024, 1, 1)),
            lambda: at.prune(status="pending"),
        ]
        with nothing_changes(other):
            for call in calls:
                with pytest.raises(InvalidValue):
                    call()
            with pytest.raises(AlreadyExists):
                at.create("split", job_id="j")
            with pytest.raises(ReferenceMissing):
                at.create("split", song_id="nowhere")

    @rule("J-06")
    def test_a_job_that_is_not_there(self, library: Library) -> None:
        """A job that is not there is None to read and `NotFound` to change."""
        at = library.jobs
        assert (at.get("x"), at.page().items, at.claim("w", 1), at.reap(), at.prune()) == (None, (), [], [], 0)
        assert at.statistics() == JobStatistics()
        steps: list[Step] = [STEPS[name] for name in ("fail", "cancel", "retry", "dismiss", "patch")]
        for step in (*steps, JobOperations.delete):
            with pytest.raises(NotFound):
                step(at, "x")

    @rule("J-33")
    def test_deleting(self, library: Library, other: Library) -> None:
        """A job that a worker has is not deleted before it is cancelled; any other is, whatever its status."""
        stored(library, *(job(status, status) for status in (*STATUSES, ODD)))
        for status in STATUSES[1:4]:
            with nothing_changes(other), pytest.raises(IllegalState, match="Cancel it first") as caught:
                library.jobs.delete(status)
            assert (caught.value.key, caught.value.state) == (status, status)
            library.jobs.cancel(status)
        for status in (*STATUSES, ODD):
            library.jobs.delete(status)
            assert other.jobs.get(status) is None

    @rule("J-07")
    def test_pages_of_jobs(self, library: Library) -> None:
        """Jobs are listed newest first in a total order, by page, by status, by whether over and whether dismissed."""
        late, early = MOMENT + timedelta(seconds=1), MOMENT
        stored(library, job("b", created_at=early), job("a", "completed", created_at=early))
        stored(library, job("c", "failed", created_at=late, dismissed=True), job("d", "processing", created_at=late))
        at = library.jobs
        assert ids(at.page().items) == ["d", "c", "b", "a"]
        first = at.page(limit=3)
        rest = at.page(limit=3, cursor=first.cursor)
        assert (ids(first.items), ids(rest.items), rest.cursor) == (["d", "c", "b"], ["a"], None)
        assert ids(at.page(status="failed").items) == ["c"]
        assert (ids(at.page(active=True).items), ids(at.page(active=False).items)) == (["d", "b"], ["c", "a"])
        assert ids(at.page(active=False, dismissed=False).items) == ["a"]

    @rule("J-08")
    def test_in_exactly_one_list(self, library: Library, other: Library) -> None:
        """Every job is either dismissed or not, and only one that is over can be; dismissing twice changes nothing."""
        stored(library, *(job(f"{number}", status) for number, status in enumerate((*STATUSES, ODD))))
        for each in library.jobs.page(active=False).items[:2]:
            assert library.jobs.dismiss(each.id).dismissed is True
            with nothing_changes(other):
                library.jobs.dismiss(each.id)
        dismissed, shown = (set(ids(other.jobs.page(dismissed=each).items)) for each in (True, False))
        assert (len(dismissed), len(shown), dismissed & shown) == (2, 6, set())

    @rule("J-09")
    def test_job_statistics(self, library: Library) -> None:
        """Statistics count every job once, by status and in all, in one reading of the store."""
        counts = {"pending": 2, "processing": 1, "downloading": 1, "completed": 3, "failed": 1, "cancelled": 1, ODD: 1}
        for status, many in counts.items():
            stored(library, *(job(f"{status} {number}", status) for number in range(many)))
        library.jobs.dismiss("failed 0")
        with probing(library, read_only=True) as probe:
            calls: list[str] = []
            probe._backend = cast(StoreSession, Counting(probe._backend, calls))
            told = JobOperations(probe).statistics()
        assert calls == ["aggregate"]
        assert told == JobStatistics(10, 2, 2, 3, 1, 1, 1, dismissed=1, by_status=told.by_status)
        assert told.by_status == counts

    @rule("J-10")
    def test_retrying(self, library: Library, other: Library) -> None:
        """A retry makes a failed or cancelled job pending, as if new, with an attempt left that was never given out."""
        at = library.jobs
        at.create("split", job_id="j", max_attempts=1)
        at.claim("w", 60)
        at.fail("j", "no disk", attempt=1)
        at.dismiss("j")
        again = at.retry("j")
        assert again == found(other, "j")
        assert (again.status, again.error, again.progress, again.dismissed) == ("pending", None, 0, False)
        assert (again.finished_at, again.attempts, again.max_attempts) == (None, 1, 2)
        (claimed,) = at.claim("w", 60)
        assert claimed.attempts == 2
        at.cancel("j", "enough")
        assert (at.retry("j", attempts=3).max_attempts, found(other, "j").message) == (5, None)

    @rule("J-11")
    def test_pruning(self, library: Library, other: Library, open_library: Opener) -> None:
        """Pruning deletes jobs that are over, all or those that ended before a time or longer ago than a duration."""
        stored(library, job("open"), job("runs", "processing"), job("odd", ODD, finished_at=MOMENT))
        stored(library, job("old", "completed", finished_at=MOMENT), job("bad", "failed", finished_at=MOMENT))
        stored(library, job("imported", "completed", created_at=MOMENT), job("new", "completed", finished_at=LATER))
        later = open_library(clock=lambda: LATER + timedelta(hours=1))
        assert later.jobs.prune(MOMENT) == 0
        assert later.jobs.prune(timedelta(hours=2), status="failed") == 1
        assert later.jobs.prune(timedelta(hours=2)) == 2
        assert set(ids(other.jobs.page().items)) == {"open", "runs", "odd", "new"}
        assert later.jobs.prune() == 1
        assert set(ids(other.jobs.page().items)) == {"open", "runs", "odd"}

    @rule("J-12")
    def test_times_of_jobs(self, library: Library, open_library: Opener) -> None:
        """Every time of a job is the library's clock at that moment, with its zone."""
        at = open_library(clock=Ticking()).jobs
        at.create("split", job_id="j")
        at.claim("w", 10)
        done = at.complete("j", attempt=1)
        times = [done.created_at, done.started_at, done.finished_at]
        assert all(time is not None and time.tzinfo is UTC for time in times)
        assert times == sorted(times, key=str)
        assert len(set(times)) == 3

    @rule("J-13")
    def test_the_song_of_a_job(self, library: Library, other: Library) -> None:
        """A job never names a song that is not there: when the song goes, the job stays and names none."""
        add_songs(library, song())
        library.jobs.create("split", job_id="j", song_id="song-1")
        library.songs.delete_song("song-1")
        assert found(other, "j").song_id is None

    @rule("J-14")
    def test_song_job_and_queue_entry(self, library: Library, other: Library) -> None:
        """A song, the job that makes it and its place in the queue are stored together or not at all."""
        stored(library, Room(id="room", name="Room"))

        def request(fails: bool) -> None:
            with library.transaction() as tx:
                tx.songs.create_song("Jóga", "Björk", song_id="s")
                tx.jobs.create("download", job_id="j", song_id="s")
                tx._session.insert(QueueEntry(id="e", room_id="room", rank="i", song_id="s"))
                if fails:
                    raise ZeroDivisionError

        with nothing_changes(other), pytest.raises(ZeroDivisionError):
            request(fails=True)
        request(fails=False)
        assert {("Song", "s"), ("Job", "j"), ("QueueEntry", "e")} < set(contents(other))


class Counting:
    """A backend's session that notes which of its methods are called."""

    def __init__(self, backend: object, calls: list[str]) -> None:
        self._backend, self._calls = backend, calls

    def __getattr__(self, name: str) -> Any:
        if name not in ("rollback", "commit"):
            self._calls.append(name)
        return getattr(self._backend, name)
