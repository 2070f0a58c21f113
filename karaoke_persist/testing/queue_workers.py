"""What the kit's processes do with a queue. Each runs in a fresh interpreter and opens the store anew."""

from __future__ import annotations

from typing import Final

from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.processes import Pipe, start_together

ENTRIES: Final = 5


def add_and_play(pipe: Pipe, place: Place, singer: str) -> list[str]:
    """Add some entries, and one that the others add too, and play as many; the ids of those that were played."""
    with place.open() as library:
        start_together(pipe)
        for number in range(ENTRIES):
            library.queue.add("s0", singer=singer, entry_id=f"{singer}{number}")
            library.queue.add("s0", singer="all", entry_id="shared")
        played = [library.queue.play_next() for _ in range(ENTRIES)]
        return [each.id for each in played if each is not None]
