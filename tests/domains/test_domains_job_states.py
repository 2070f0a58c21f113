"""The state machine of jobs, as data."""

from __future__ import annotations

import pytest

from karaoke_persist import IllegalState, Job
from karaoke_persist.models.job import JOB_STATUSES
from karaoke_persist.operations.job_states import FROM_ELSEWHERE, OVER, RUNNING, TRANSITIONS, after


def job(status: str) -> Job:
    """A job of this status."""
    return Job(id="j", kind="split", status=status)


def test_the_table_speaks_of_the_statuses_there_are() -> None:
    """Each status has its row, and no step leads anywhere else."""
    assert set(TRANSITIONS) == set(JOB_STATUSES) == {"pending", *RUNNING, *OVER}
    assert {target for steps in TRANSITIONS.values() for target in steps.values()} == set(JOB_STATUSES)


def test_only_a_retry_leaves_what_is_over() -> None:
    """Completed is the end; from failed and cancelled a retry leads back to pending, and nothing else anywhere."""
    assert [TRANSITIONS[status] for status in OVER] == [{}, {"retry": "pending"}, {"retry": "pending"}]


def test_every_other_status_can_fail_and_be_cancelled() -> None:
    """Whatever is not over can be ended by its host, what came from elsewhere too."""
    for steps in (FROM_ELSEWHERE, *(TRANSITIONS[status] for status in JOB_STATUSES if status not in OVER)):
        assert {"fail": "failed", "cancel": "cancelled"}.items() <= steps.items()


def test_an_illegal_step_names_the_legal_ones() -> None:
    """The sentence says where the job stands, what was asked, and what it can do."""
    with pytest.raises(IllegalState, match=r"Job 'j' is failed and cannot complete\. From here it can retry\."):
        after(job("failed"), "complete")
    with pytest.raises(IllegalState, match="It is over; create another job"):
        after(job("completed"), "retry")
    with pytest.raises(IllegalState, match=r"is odd and cannot retry\. From here it can fail, cancel\."):
        after(job("odd"), "retry")
