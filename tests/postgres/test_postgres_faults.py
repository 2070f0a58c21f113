"""Isolation that is left to the server is found between processes, by the rules for the anomalies of its level."""

from __future__ import annotations

from typing import Any

import pytest
from fault_runs import check_found, check_health, faults_in, install_faults, rules_about, run_rules
from planted import FAULTS

ON_A_SERVER = faults_in("postgresql")
pytestmark = pytest.mark.usefixtures("troupe")


@pytest.fixture
def place(url: str, install: Any) -> str:
    """Give where a fault has its schemas."""
    install_faults(install)
    return f"{url.removeprefix('postgresql://')}/"


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("name", ON_A_SERVER)
def test_a_fault_on_a_server_is_found(pytester: pytest.Pytester, place: str, name: str) -> None:
    """A fault of sessions on a server fails by the rules that speak of it."""
    rules = FAULTS[name].rule_ids
    check_found(run_rules(pytester, f"faulty://{name}/{place}", *rules), *rules)


def test_health_on_a_server(pytester: pytest.Pytester, place: str) -> None:
    """A server without a fault fails none of these rules."""
    rules = rules_about(ON_A_SERVER)
    check_health(run_rules(pytester, f"faulty://postgresql/{place}", *rules), *rules)


def test_refusing_is_no_fault(pytester: pytest.Pytester, place: str) -> None:
    """A server that refuses one of two writers in the middle, as a conflict, keeps the rules it keeps that way."""
    rules = ("T1-20", "T1-23", "T1-26", "T1-29")
    check_health(run_rules(pytester, f"faulty://writes_at_repeatable_read/{place}", *rules), *rules)
