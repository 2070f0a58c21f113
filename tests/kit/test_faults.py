"""Backends with one fault each fail by the rule that speaks of it, and a healthy one does not."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PLUGIN = Path(__file__).parent / "plugin"
sys.path.insert(0, str(PLUGIN))

from kit_faults import FAULTS  # noqa: E402

SUITE = """
    from uuid import uuid4
    import pytest
    from karaoke_persist.testing import BackendConformance
    from karaoke_persist.testing.rule import rule_of

    RULES = %s
    BASES = {
        base
        for base in BackendConformance.__mro__
        for member in vars(base).values()
        if (stated := rule_of(member)) is not None and stated.id in RULES
    }

    class TestFaulty(*BASES):
        @pytest.fixture
        def store_url(self):
            prefix = uuid4().hex
            return lambda name: f"faulty://{prefix}-{name}"

        @pytest.fixture
        def store_options(self):
            return {"backend_options": {"fault": "%s"}}
"""


@pytest.fixture
def ended(pytester: pytest.Pytester, install: Any) -> Callable[..., pytest.RunResult]:
    """Give a function that runs rules against a fault."""
    install("faulty", "kit_faults", PLUGIN)

    def running(fault: str, *rules: str) -> pytest.RunResult:
        pytester.makepyfile(SUITE % (rules, fault))
        return pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider", "-k", " or ".join(rules))

    return running


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(ended: Callable[..., pytest.RunResult], name: str) -> None:
    """A fault fails by the rule that speaks of it, by what the rule asserts and by no accident of the fault itself."""
    result = ended(name, FAULTS[name].rule_id)
    result.assert_outcomes(failed=result.parseoutcomes()["failed"], passed=result.parseoutcomes().get("passed", 0))
    causes = re.findall(r"^E +(\w*Error)\b", str(result.stdout), flags=re.MULTILINE)
    assert not {"TypeError", "AttributeError", "NameError", "KeyError"} & set(causes)


def test_health(ended: Callable[..., pytest.RunResult]) -> None:
    """A backend without a fault fails none of these rules."""
    outcomes = ended("none", *(fault.rule_id for fault in FAULTS.values())).parseoutcomes()
    assert outcomes.get("failed", 0) == outcomes.get("errors", 0) == 0
    assert outcomes["passed"] >= len({fault.rule_id for fault in FAULTS.values()})


def test_there_are_enough() -> None:
    """At least 25 faults are planted, each described by a sentence."""
    assert len(FAULTS) >= 25
    assert [name for name, fault in FAULTS.items() if not re.fullmatch(r"[A-Z].*\.", fault.sentence)] == []
