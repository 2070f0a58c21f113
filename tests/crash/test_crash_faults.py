"""Killing processes finds what only a killed process shows: commits that were not made, and transactions by halves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from fault_runs import install_faults
from test_crash import survive

KILLS = 20
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


@pytest.mark.backend("sqlite")
@pytest.mark.parametrize(
    ("fault", "told"),
    [("commits_later", r"assert \d+ in \("), ("writes_without_a_transaction", r"assert \{.* == \{")],
    ids=["commits_later", "writes_without_a_transaction"],
)
def test_a_fault_is_found(install: Any, tmp_path: Path, fault: str, told: str) -> None:
    """A commit that is acknowledged before it is made loses some; one that is made piece by piece leaves halves."""
    install_faults(install)
    with pytest.raises(AssertionError, match=told):
        survive(f"faulty://{fault}/{tmp_path}/crash.db", KILLS)


@pytest.mark.backend("sqlite")
def test_health(install: Any, tmp_path: Path) -> None:
    """The file without a fault survives as many."""
    install_faults(install)
    survive(f"faulty://sqlite/{tmp_path}/crash.db", KILLS)
