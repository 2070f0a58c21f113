"""How far a long step is, told to whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable


class Meter:
    """Counts along, and tells a progress function what is done and how much there is."""

    def __init__(self, tell: Callable[[int, int], object] | None, total: int) -> None:
        self._tell, self._total, self._done = tell, total, 0

    def step(self, number: int = 1) -> None:
        """So many more are done."""
        self._done += number
        if self._tell is not None:
            self._tell(min(self._done, self._total), self._total)
