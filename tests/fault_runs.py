"""Running rules of the kit against backends with a fault."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import alembic.ddl  # noqa: F401 - here, because a run forgets what it imports, and SQLAlchemy wants it but once
import pytest

PLANTED = Path(__file__).parent / "faults"
sys.path.insert(0, str(PLANTED))

from planted import FAULTS  # noqa: E402

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
            return lambda name: f"%s{prefix}-{name}"
"""
Run = Callable[..., pytest.RunResult]
"""Runs rules, named by their ids, against the backend whose URLs begin so."""


def install_faults(install: Any) -> None:
    """Make the scheme `faulty` known until the test ends."""
    install("faulty", "planted", PLANTED)


def run_rules(pytester: pytest.Pytester, url: str, *rules: str) -> pytest.RunResult:
    """Run rules against databases whose URLs begin so."""
    pytester.makepyfile(SUITE % (rules, url))
    return pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider", "-k", " or ".join(rules))


def check_found(result: pytest.RunResult, *rules: str) -> None:
    """Each of the rules failed, by what it asserts and by no accident of the fault itself."""
    failed = set(re.findall(r"^FAILED .*\[(\w+-\d\d)\b", str(result.stdout), flags=re.MULTILINE))
    assert failed == set(rules)
    outcomes = result.parseoutcomes()
    result.assert_outcomes(failed=outcomes["failed"], passed=outcomes.get("passed", 0))
    causes = re.findall(r"^E +(\w*Error)\b", str(result.stdout), flags=re.MULTILINE)
    assert not {"TypeError", "AttributeError", "NameError", "KeyError", "ImportError"} & set(causes)


def check_health(result: pytest.RunResult, *rules: str) -> None:
    """Each of the rules was run, and passed."""
    outcomes = result.parseoutcomes()
    assert {name: count for name, count in outcomes.items() if name not in ("passed", "deselected")} == {}
    assert outcomes["passed"] >= len(rules)


def faults_in(backend: str) -> list[str]:
    """The names of the faults that are planted in the backend of a scheme."""
    return [name for name, fault in FAULTS.items() if fault.backend == backend]


def rules_about(names: list[str]) -> list[str]:
    """The ids of the rules that find these faults."""
    return sorted({rule_id for name in names for rule_id in FAULTS[name].rule_ids})
