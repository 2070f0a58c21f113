"""Whatever is done, every backend answers the same, raises the same, and holds the same."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from lockstep_machines import OneSession, TwoSessions
from lockstep_stores import Places

BOUNDS = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_one_session(places: Places) -> None:
    """Results, errors and everything that is stored are the same on all backends after each step."""
    run_state_machine_as_test(type("Machine", (OneSession,), {"places": places}), settings=BOUNDS)


def test_two_sessions(places: Places) -> None:
    """A reader sees the moment it began, a second writer is `Busy`, nobody sees what is not committed: on all."""
    run_state_machine_as_test(type("Machine", (TwoSessions,), {"places": places}), settings=BOUNDS)
