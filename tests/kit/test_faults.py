"""Backends with one fault each fail by the rule that speaks of it, and a healthy one does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SUITE = """
    from uuid import uuid4
    import pytest
    from karaoke_persist.testing import BackendConformance

    class TestFaulty(BackendConformance):
        @pytest.fixture
        def store_url(self):
            prefix = uuid4().hex
            return lambda name: f"faulty://{prefix}-{name}"

        @pytest.fixture
        def store_options(self):
            return {"backend_options": {"fault": "%s"}}
"""
KILLED_BY = {
    "keeps_savepoint_data": "T5-01",
    "lets_two_writers_in": "T3-01",
    "shows_writes_before_commit": "T6-04",
    "reads_without_snapshot": "T2-01",
    "commits_on_error": "T4-02",
    "loses_expect": "T10-02",
    "sorts_absent_first": "O-03",
    "drops_microseconds": "V-07",
    "keeps_half_a_batch": "I-06",
    "tells_of_nothing": "N-05",
    "folds_ids": "V-06",
    "forgets_references": "I-11",
    "searches_titles_alone": "R-01",
    "lies_about_a_capability": "C-03",
}


@pytest.fixture
def outcome(pytester: pytest.Pytester, install: Any) -> Callable[[str, str], dict[str, int]]:
    """Give a function that runs rules against a fault and counts how they end."""
    install("faulty", "kit_faults", Path(__file__).parent / "plugin")

    def running(fault: str, rules: str) -> dict[str, int]:
        pytester.makepyfile(SUITE % fault)
        return pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider", "-k", rules).parseoutcomes()

    return running


@pytest.mark.parametrize(("fault", "rule_id"), KILLED_BY.items(), ids=KILLED_BY)
def test_a_fault_is_found(outcome: Callable[[str, str], dict[str, int]], fault: str, rule_id: str) -> None:
    """A fault fails by the rule that speaks of it."""
    assert outcome(fault, rule_id).get("failed", 0) >= 1


def test_health(outcome: Callable[[str, str], dict[str, int]]) -> None:
    """A backend without a fault fails none of these rules."""
    ended = outcome("none", " or ".join(KILLED_BY.values()))
    assert ended.get("failed", 0) == ended.get("errors", 0) == 0
    assert ended["passed"] >= len(KILLED_BY)
