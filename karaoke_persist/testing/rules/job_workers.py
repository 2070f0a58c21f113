"""J: each job goes to exactly one worker, and who has lost it writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import pytest

from karaoke_persist import Job, LeaseLost, Library
from karaoke_persist.contract import Capability
from karaoke_persist.operations import JobOperations
from karaoke_persist.operations.job_workers import Attempt
from karaoke_persist.testing.domain_workers import claim_and_wait, work_off
from karaoke_persist.testing.handles import Conformance, Opener, Place, nothing_changes, require, stored
from karaoke_persist.testing.processes import Worker, in_processes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.jobs import ODD, found, ids, job
from karaoke_persist.testing.samples import MOMENT
from karaoke_persist.testing.threads import outcome_of, together

LEASE: Final = 60


class Hands:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now: datetime = MOMENT

    def __call__(self) -> datetime:  # noqa: D102 - the class says it
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let some time go by."""
        self.now += timedelta(seconds=seconds)


WORDS: Final[dict[str, Callable[[JobOperations, Attempt], object]]] = {
    "heartbeat": lambda at, attempt: at.heartbeat("j", LEASE, attempt=attempt),
    "progress": lambda at, attempt: at.progress("j", 99, attempt=attempt, status="finalizing"),
    "complete": lambda at, attempt: at.complete("j", attempt=attempt, result={"by": "the old worker"}),
    "fail": lambda at, attempt: at.fail("j", "said the old worker", attempt=attempt),
}
"""What a worker may say of the job `j`."""


class JobWorkerRules(Conformance):
    """Claims and leases."""

    @pytest.fixture
    def hands(self) -> Hands:
        """Give a clock to be moved by hand."""
        return Hands()

    @pytest.fixture
    def shop(self, open_library: Opener, hands: Hands) -> Library:
        """Give a library whose clock is moved by hand, with the job `j` in it."""
        library = open_library(clock=hands)
        library.jobs.create("split", job_id="j", max_attempts=2)
        return library

    @rule("J-20")
    def test_claiming(self, library: Library, other: Library) -> None:
        """A claim takes the oldest pending jobs, as many as asked for and of the kinds asked for, and no others."""
        times = {"c": 1, "a": 2, "b": 2, "d": 3}
        for job_id, seconds in times.items():
            stored(library, job(job_id, kind="dl" if job_id == "d" else "split", created_at=at_second(seconds)))
        stored(library, job("over", "failed", created_at=MOMENT), job("odd", ODD, created_at=MOMENT))
        first = library.jobs.claim("ana", timedelta(seconds=LEASE), n=2)
        assert ids(first) == ["c", "a"]
        assert first == [found(other, "c"), found(other, "a")]
        assert library.jobs.claim("bob", LEASE, kinds=[]) == []
        assert ids(library.jobs.claim("bob", LEASE, kinds=["dl", "none"])) == ["d"]
        assert ids(library.jobs.claim("bob", LEASE, n=9)) == ["b"]
        assert library.jobs.claim("bob", LEASE) == []

    @rule("J-21")
    def test_claiming_many_at_different_attempts(self, library: Library, other: Library) -> None:
        """Of jobs that are claimed together, each counts its own attempts."""
        tries = [3, 0, 2, 0, 3]
        for number, attempts in enumerate(tries):
            stored(library, job(f"{number}", attempts=attempts, max_attempts=9, created_at=at_second(number)))
        claimed = library.jobs.claim("ana", LEASE, n=5)
        assert [each.attempts for each in claimed] == [4, 1, 3, 1, 4]
        assert claimed == [found(other, f"{number}") for number in range(5)]
        assert {each.worker for each in claimed} == {"ana"}

    @rule("J-22")
    def test_a_lease_that_lapsed(self, shop: Library, other: Library, hands: Hands) -> None:
        """A lapsed lease that nobody has seen is still its worker's, who may speak late and go on."""
        (claimed,) = shop.jobs.claim("ana", LEASE)
        assert claimed.lease_until == hands.now + timedelta(seconds=LEASE)
        hands.pass_by(LEASE + 1)
        assert shop.jobs.progress("j", 10, attempt=1).progress == 10
        late = shop.jobs.heartbeat("j", LEASE, attempt=1)
        assert late.lease_until == hands.now + timedelta(seconds=LEASE)
        assert shop.jobs.reap() == []
        assert shop.jobs.claim("bob", LEASE) == []
        assert found(other, "j") == late

    @rule("J-23")
    def test_reaping(self, shop: Library, other: Library, hands: Hands) -> None:
        """A lapsed job is reaped: pending again, or failed at its last attempt; a living worker keeps its own."""
        hands.pass_by(1)
        shop.jobs.create("split", job_id="alive", max_attempts=1)
        assert ids(shop.jobs.claim("ana", LEASE) + shop.jobs.claim("bob", LEASE)) == ["j", "alive"]
        hands.pass_by(LEASE)
        alive = shop.jobs.heartbeat("alive", LEASE, attempt=1)
        (lapsed,) = shop.jobs.reap()
        assert (found(other, "j"), found(other, "alive")) == (lapsed, alive)
        assert (lapsed.status, lapsed.attempts, lapsed.worker, lapsed.lease_until) == ("pending", 1, None, None)
        shop.jobs.claim("cleo", LEASE)
        hands.pass_by(LEASE - 1)
        assert shop.jobs.reap() == []
        hands.pass_by(1)
        assert shop.jobs.reap() == [found(other, "alive"), found(other, "j")]
        failed = found(other, "j")
        assert (failed.status, failed.attempts, failed.finished_at) == ("failed", 2, hands.now)
        assert failed.error == "worker 'cleo' was not heard of within its lease, at attempt 2 of 2"

    @rule("J-24")
    def test_a_claim_reaps(self, shop: Library, other: Library, hands: Hands) -> None:
        """A claim does the same with what it finds lapsed, and may take it."""
        shop.jobs.claim("ana", LEASE)
        hands.pass_by(LEASE)
        (again,) = shop.jobs.claim("bob", LEASE)
        assert (again.id, again.attempts, again.worker) == ("j", 2, "bob")
        hands.pass_by(LEASE)
        assert shop.jobs.claim("cleo", LEASE, kinds=["other"]) == []
        assert found(other, "j").status == "failed"

    @rule("J-25")
    @pytest.mark.parametrize("loss", ["taken", "reaped", "cancelled", "failed", "deleted"])
    def test_a_lost_lease(self, shop: Library, other: Library, hands: Hands, loss: str) -> None:
        """Whatever a worker says of a job that is its own no more is `LeaseLost`, and overwrites nothing."""
        shop.jobs.claim("ana", LEASE)
        if loss in ("taken", "reaped", "failed"):
            hands.pass_by(LEASE)
            shop.jobs.reap()
        if loss == "taken":
            shop.jobs.claim("bob", LEASE)
        if loss == "failed":
            shop.jobs.fail("j", "by the host")
        if loss in ("cancelled", "deleted"):
            shop.jobs.cancel("j")
        if loss == "deleted":
            shop.jobs.delete("j")
        for word in WORDS.values():
            with nothing_changes(other), pytest.raises(LeaseLost) as caught:
                word(shop.jobs, 1)
            assert (caught.value.key, caught.value.attempt) == ("j", 1)

    @rule("J-26")
    def test_a_retried_job_has_a_new_attempt(self, shop: Library, other: Library) -> None:
        """A worker of before a retry has lost the job, although it runs again."""
        shop.jobs.claim("ana", LEASE)
        shop.jobs.cancel("j")
        shop.jobs.retry("j")
        shop.jobs.claim("ana", LEASE)
        for word in WORDS.values():
            with nothing_changes(other), pytest.raises(LeaseLost):
                word(shop.jobs, 1)

    @rule("J-34")
    @pytest.mark.parametrize("end", ["delete", "prune"])
    def test_a_job_id_that_was_used_again(self, shop: Library, other: Library, end: str) -> None:
        """Who shows the job that was claimed has lost it to a later one of the same id, though that is claimed too."""
        (claimed,) = shop.jobs.claim("ana", LEASE)
        worked = shop.jobs.progress("j", 50, attempt=claimed)
        shop.jobs.cancel("j")
        shop.jobs.delete("j") if end == "delete" else shop.jobs.prune()
        shop.jobs.create("split", job_id="j", max_attempts=2)
        (again,) = shop.jobs.claim("ana", LEASE)
        assert (again.attempts, again.started_at) == (claimed.attempts, claimed.started_at)
        for held in (claimed, worked):
            for word in WORDS.values():
                with nothing_changes(other), pytest.raises(LeaseLost, match="another job has its id now") as caught:
                    word(shop.jobs, held)
                assert (caught.value.key, caught.value.attempt) == ("j", 1)
        alive = shop.jobs.heartbeat("j", LEASE, attempt=again)
        assert shop.jobs.complete("j", attempt=alive).status == "completed"

    @rule("J-35")
    def test_a_claimed_job_as_the_attempt(self, shop: Library, other: Library) -> None:
        """A claimed job is as good an attempt as its number: it works through, and is lost when it is taken."""
        stored(shop, *(job(f"{number}", created_at=MOMENT) for number in range(3)))
        claimed = shop.jobs.claim("ana", LEASE, n=4)
        for each in claimed:
            assert each == found(other, each.id)
            assert shop.jobs.progress(each.id, 5, attempt=each).progress == 5
        shop.jobs.cancel("j")
        shop.jobs.retry("j")
        (again,) = shop.jobs.claim("ana", LEASE)
        assert again.claim_id not in (None, *(each.claim_id for each in claimed))
        (lost,) = (each for each in claimed if each.id == "j")
        for word in WORDS.values():
            with nothing_changes(other), pytest.raises(LeaseLost, match="at attempt 2"):
                word(shop.jobs, lost)

    @rule("J-27")
    def test_a_word_changes_what_it_says(self, shop: Library, other: Library) -> None:
        """What a worker says changes what it names, and nothing that others wrote meanwhile."""
        shop.jobs.claim("ana", LEASE)
        other.jobs.patch("j", {"title": "Jóga", "notes": "by the host"})
        shop.jobs.progress("j", 50, attempt=1)
        shop.jobs.complete("j", attempt=1)
        other.jobs.dismiss("j")
        with pytest.raises(LeaseLost):
            shop.jobs.progress("j", 60, attempt=1)
        done = found(other, "j")
        assert (done.title, done.notes, done.dismissed, done.progress) == ("Jóga", "by the host", True, 100)

    @rule("J-28")
    def test_losing_within_a_transaction(self, shop: Library, other: Library) -> None:
        """A lost lease leaves the transaction as it was, which goes on."""
        shop.jobs.claim("ana", LEASE)
        shop.jobs.cancel("j")
        with shop.transaction() as tx:
            tx.songs.create_song("Jóga", "Björk", song_id="s")
            with pytest.raises(LeaseLost):
                tx.jobs.complete("j", attempt=1)
        assert other.songs.get_song("s") is not None

    @rule("J-29")
    def test_eight_workers(self, library: Library, other: Library) -> None:
        """Eight workers that claim at the same time, one by one or several, get each job exactly once."""
        stored(library, *(job(f"{number:03}") for number in range(48)))

        def work(worker: int) -> list[str]:
            handle, taken = (library, other)[worker % 2], list[Job]()
            while claimed := handle.jobs.claim(f"{worker}", LEASE, n=1 + worker % 3):
                taken += claimed
            return ids(taken)

        taken = together(*(partial(work, number) for number in range(8)))
        assert sorted(job_id for some in taken for job_id in some) == [f"{number:03}" for number in range(48)]
        assert {each.attempts for each in library.jobs.page(limit=100).items} == {1}

    @rule("J-30")
    def test_four_processes(self, library: Library, place: Place) -> None:
        """Processes that claim at the same time get each job exactly once."""
        require(library, Capability.MULTI_PROCESS)
        stored(library, *(job(f"{number:03}") for number in range(24)))
        taken = in_processes(work_off, [(place, f"{number}") for number in range(4)])
        assert sorted(job_id for some in taken for job_id in some) == [f"{number:03}" for number in range(24)]
        assert library.jobs.statistics().completed == 24

    @rule("J-31")
    def test_a_killed_worker(self, library: Library, place: Place, open_library: Opener) -> None:
        """The job of a worker that was killed comes back when its lease has lapsed, and not before."""
        require(library, Capability.MULTI_PROCESS)
        library.jobs.create("split", job_id="j")
        with Worker(claim_and_wait, place, LEASE) as worker:
            worker.expect("claimed")
            worker.kill()
        assert library.jobs.claim("ana", LEASE) == []
        later = open_library(clock=lambda: datetime.now(UTC) + timedelta(seconds=LEASE))
        (back,) = later.jobs.claim("ana", LEASE)
        assert (back.id, back.attempts) == ("j", 2)

    @rule("J-32")
    def test_completing_while_cancelling(self, library: Library, other: Library) -> None:
        """Of a worker that completes a job and a host that cancels it at the same time, one wins, the other hears."""
        for number in range(10):
            library.jobs.create("split", job_id=f"{number}")
            library.jobs.claim("ana", LEASE)
            outcomes = together(
                outcome_of(partial(library.jobs.complete, f"{number}", attempt=1)),
                outcome_of(partial(other.jobs.cancel, f"{number}")),
            )
            (won,) = (outcome for outcome in outcomes if isinstance(outcome, Job))
            assert found(other, f"{number}") == won


def at_second(number: int) -> datetime:
    """A moment."""
    return MOMENT + timedelta(seconds=number)
