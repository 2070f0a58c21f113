"""The library folders of one library, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Runner(Protocol):
    """What runs a function in a transaction: the library."""

    def run(self, function: Callable[[Any], T], *, read_only: bool = False, attempts: int = 5) -> T: ...


@dataclass(frozen=True, slots=True)
class SyncReport:
    added: int = 0


class MediaFolders:
    def __init__(self, library: Runner, roots: Mapping[str, Path]) -> None:
        self._library, self._roots = library, roots
