"""What a store may offer beside the contract, so that it can be backed up before its schema is upgraded.

A store that offers neither is backed up by an archive, from a session, which needs the current schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

from karaoke_persist.models import Record


class FoundRows(Protocol):
    """The rows of one moment as an older schema has them; of a model that it does not have there are none."""

    def count(self, model: type[Record]) -> int:
        """How many there are of a model."""
        ...

    def batches(self, model: type[Record]) -> Iterator[list[Mapping[str, Any]]]:
        """Them in the order of their keys, in lists, each row the values of those fields it has."""
        ...


@runtime_checkable
class FileStore(Protocol):
    """A store that is one file."""

    file_suffix: str
    """What the name of such a file ends in."""

    def copy_file(self, path: str, tell: Callable[[int, int], object]) -> None:
        """Write a consistent copy of the file, whatever its schema, over an empty one while others read and write.

        `tell` is called with the parts that are done, and those there are.
        """
        ...


@runtime_checkable
class OlderStore(Protocol):
    """A store whose rows can be read as they are while its schema is an older one."""

    def found_rows(self, batch: int) -> AbstractContextManager[FoundRows]:
        """A snapshot of the rows, in lists of at most so many."""
        ...
