"""A backend with a fault does not keep step: the machines see what they are to see."""

from __future__ import annotations

from typing import Any

import pytest
from fault_runs import install_faults
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from lockstep_machines import Machine, OneSession, TwoSessions
from lockstep_stores import Places
from planted import FAULTS
from test_lockstep import BOUNDS

from karaoke_persist import KaraokePersistError
from karaoke_persist.testing import Place

SEARCHING = settings(BOUNDS, phases=[Phase.generate], report_multiple_bugs=False)
BETWEEN_SESSIONS = {
    "checks_only_what_it_wrote",
    "lets_two_writers_in",
    "loses_one_of_two_writers",
    "reads_without_snapshot",
}
UNSEEN = {
    "reads_before_its_turn": "no session waits",
    "leaves_sessions_open": "nothing that is read, told or stored is wrong",
    "leaves_writers_open": "nothing that is read, told or stored is wrong",
    "answers_a_hundred": "no machine has so many rows",
    "copies_as_new": "no machine stores rows as they are elsewhere",
    "copies_into_what_was_there": "no machine stores rows as they are elsewhere",
}
IN_SESSIONS = [
    name
    for name, fault in FAULTS.items()
    if fault.kind.__module__ in ("data_faults", "session_faults") and name not in BETWEEN_SESSIONS | set(UNSEEN)
]


def run_beside_memory(machine: type[Machine], name: str) -> None:
    """Run a machine over memory as it is and memory with a fault."""
    places: Places = {
        "memory": lambda place: Place(f"memory://{place}"),
        "faulty": lambda place: Place(f"faulty://{name}/{place}-faulty"),
    }
    run_state_machine_as_test(type("Machine", (machine,), {"places": places}), settings=SEARCHING)


@pytest.mark.parametrize("name", IN_SESSIONS)
def test_a_fault_is_seen(install: Any, name: str) -> None:
    """A fault in what a session answers, tells or stores is seen by the machine that runs one session at a time."""
    install_faults(install)
    with pytest.raises((AssertionError, KaraokePersistError)):
        run_beside_memory(OneSession, name)


@pytest.mark.parametrize("name", sorted(BETWEEN_SESSIONS))
def test_a_fault_between_sessions_is_seen(install: Any, name: str) -> None:
    """A fault in what sessions do to each other is seen by the machine that runs several."""
    install_faults(install)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run_beside_memory(TwoSessions, name)


@pytest.mark.parametrize("machine", [OneSession, TwoSessions])
def test_health(install: Any, machine: type[Machine]) -> None:
    """Memory beside memory keeps step for as long as a fault is looked for."""
    install_faults(install)
    run_beside_memory(machine, "memory")
