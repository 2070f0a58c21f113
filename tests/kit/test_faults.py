"""Backends with one fault each fail by the rules that speak of it, and a healthy one does not."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fault_runs import Run, check_found, check_health, faults_in, install_faults, rules_about, run_rules
from planted import FAULTS

from karaoke_persist.testing import TOPICS

IN_MEMORY = faults_in("memory")
IN_A_FILE = faults_in("sqlite")


@pytest.fixture
def ended(pytester: pytest.Pytester, install: Any) -> Run:
    """Give a function that runs rules against a fault."""
    install_faults(install)
    return partial(run_rules, pytester)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("name", IN_MEMORY)
def test_a_fault_is_found(ended: Run, name: str) -> None:
    """A fault fails by the rules that speak of it."""
    rules = FAULTS[name].rule_ids
    check_found(ended(f"faulty://{name}/", *rules), *rules)


@pytest.mark.usefixtures("patient", "troupe")
@pytest.mark.parametrize("name", IN_A_FILE)
def test_a_fault_between_processes_is_found(ended: Run, name: str, tmp_path: Path) -> None:
    """A fault of a file that processes share fails by the rules that speak of it."""
    rules = FAULTS[name].rule_ids
    check_found(ended(f"faulty://{name}/{tmp_path}/", *rules), *rules)


def test_health(ended: Run) -> None:
    """A backend without a fault fails none of these rules."""
    rules = [rule for rule in rules_about(IN_MEMORY) if rule != "T11-01"]  # which is of those that keep anything
    check_health(ended("faulty://memory/", *rules), *rules)


@pytest.mark.usefixtures("troupe")
def test_health_between_processes(ended: Run, tmp_path: Path) -> None:
    """A file without a fault fails none of its rules."""
    rules = rules_about(IN_A_FILE)
    check_health(ended(f"faulty://sqlite/{tmp_path}/", *rules), *rules)


def test_there_are_enough() -> None:
    """At least 25 faults are planted, each described by a sentence, and every topic has one that it finds."""
    assert len(FAULTS) >= 25
    assert [name for name, fault in FAULTS.items() if not re.fullmatch(r"[A-Z`].*\.", fault.sentence)] == []
    assert {rule_id.rpartition("-")[0] for rule_id in rules_about(list(FAULTS))} == set(TOPICS)
