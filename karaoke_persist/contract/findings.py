"""What a check of a store finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], object]
"""Told now and then how many rows were looked at, and how many there are."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, and that a check can mend."""

    kind: str
    """Such as "readings", "document", "grams" or "counts"."""
    key: str
    """The key of the row, or the name of the table, that it is about."""
    problem: str
