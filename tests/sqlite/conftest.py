"""A fresh file for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlite_probes import open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the test's database is."""
    return tmp_path / "karaoke.db"


@pytest.fixture
def store(path: Path) -> Iterator[Any]:
    """A store of a fresh file."""
    store = open_store(path)
    yield store
    store.close()
