"""How often a process is killed."""

from __future__ import annotations

import pytest

ROUNDS, SOAKING_ROUNDS = 200, 2_000


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--soak`."""
    parser.addoption("--soak", action="store_true", help=f"kill {SOAKING_ROUNDS} processes instead of {ROUNDS}")


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """Give the number of processes to kill."""
    return SOAKING_ROUNDS if request.config.getoption("--soak") else ROUNDS


@pytest.fixture
def long_rounds(rounds: int) -> int:
    """Give the same for rounds that take long, because each brings in much: a quarter, and at least 200 in a soak."""
    return rounds // 4
