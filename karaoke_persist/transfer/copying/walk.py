"""The rows of a target beside those of a source, both in the order of their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from karaoke_persist.models import Record
from karaoke_persist.transfer.copying.canonical import line_of
from karaoke_persist.transfer.copying.sides import RANGE

Lines = dict[str, bytes]
"""The canonical line of each row, by its key."""


class Walk:
    """Takes the target's rows range by range; `at_end` is called when there are none left."""

    def __init__(self, batches: Iterable[Sequence[Record]], at_end: Callable[[], object]) -> None:
        self._rows = chain.from_iterable(batches)
        self._at_end = at_end
        self._advance()

    def until(self, key: str) -> Lines:
        """The rows up to a key."""
        taken: Lines = {}
        while self._next is not None and self._next.key <= key:
            taken[self._next.key] = line_of(self._next)
            self._advance()
        return taken

    def rest(self) -> Iterator[Lines]:
        """The rows behind all that were taken, so many at a time."""
        left = iter(self._take, None)
        while some := dict(islice(left, RANGE)):
            yield some

    def _take(self) -> tuple[str, bytes] | None:
        row = self._next
        if row is None:
            return None
        self._advance()
        return row.key, line_of(row)

    def _advance(self) -> None:
        self._next: Record | None = next(self._rows, None)
        if self._next is None:
            self._at_end()
