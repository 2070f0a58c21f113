"""A clock that moves on by a second each time it is read."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta


class Ticking:
    """Readings of the year 2000, a second apart."""

    def __init__(self) -> None:
        self._seconds = itertools.count()

    def __call__(self) -> datetime:  # noqa: D102 - the class says it
        return datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=next(self._seconds))
