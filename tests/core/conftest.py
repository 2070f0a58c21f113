"""A library whose storage fails by script."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import karaoke_persist
from karaoke_persist import Library

PLUGIN = Path(__file__).parent / "plugin"


@pytest.fixture
def script(install: Any) -> dict[str, list[BaseException]]:
    """Give the script of the backend `scripted://`: errors by the name of the call that raises them."""
    install("scripted", "scripted_backend", PLUGIN)
    backend = importlib.import_module("scripted_backend")
    backend.SCRIPT.clear()
    backend.CALLS.clear()
    return backend.SCRIPT


@pytest.fixture
def calls(script: dict[str, list[BaseException]]) -> list[str]:
    """Give the names of the calls that reached the backend."""
    return importlib.import_module("scripted_backend").CALLS


@pytest.fixture
def scripted(script: dict[str, list[BaseException]]) -> Iterator[Callable[..., Library]]:
    """Give a function that opens a library over the scripted backend."""
    opened: list[Library] = []

    def opening(**options: Any) -> Library:
        opened.append(karaoke_persist.open("scripted://", **options))
        importlib.import_module("scripted_backend").CALLS.clear()  # what opening calls is its own affair
        return opened[-1]

    yield opening
    for library in opened:
        library.close()
