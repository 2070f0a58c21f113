"""What the kit's processes do with a karaoke night. Each runs in a fresh interpreter and opens the store anew."""

from __future__ import annotations

from typing import Any

from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.processes import Pipe, start_together
from karaoke_persist.testing.threads import outcome_of


def race_for_ana(pipe: Pipe, place: Place, number: int) -> tuple[bool, Any, Any]:
    """Let Ana's friend like a song, claim a guest, and register as Ana: what each came to."""
    with place.open() as library:
        start_together(pipe)
        liked = library.favorites.add_song("u0", "song-1")
        claimed = outcome_of(lambda: library.singers.claim_guest("guest", f"u{number}"))()
        return liked, claimed, outcome_of(lambda: library.users.register("Ana", "right"))()
