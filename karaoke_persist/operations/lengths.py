"""How long a song is taken to last, wherever lengths are added up."""

from __future__ import annotations

from typing import Final

UNKNOWN_LENGTH_MS: Final = 240_000


def length_ms(duration_ms: int | None) -> int:
    """Its length; four minutes where that is unknown, and nothing where what is stored cannot be."""
    return UNKNOWN_LENGTH_MS if duration_ms is None else max(duration_ms, 0)
