"""Items, so many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of that length, the last one shorter: what `itertools` has from Python 3.12 on, as lists."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
