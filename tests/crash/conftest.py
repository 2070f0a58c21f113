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
