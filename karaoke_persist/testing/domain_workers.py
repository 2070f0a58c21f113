"""What the kit's processes do with a karaoke night. Each runs in a fresh interpreter and opens the store anew."""

from __future__ import annotations

from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.processes import Pipe, say, start_together
from karaoke_persist.testing.threads import outcome_of


def work_off(pipe: Pipe, place: Place, worker: str) -> list[str]:
    """Claim and complete jobs until there are none; the ids of those that were worked on."""
    done = []
    with place.open() as library:
        start_together(pipe)
        while claimed := library.jobs.claim(worker, 60):
            library.jobs.complete(claimed[0].id, attempt=claimed[0].attempts)
            done.append(claimed[0].id)
    return done


def claim_and_wait(pipe: Pipe, place: Place, seconds: float) -> None:
    """Claim a job, and wait to be killed."""
    with place.open() as library:
        library.jobs.claim("killed", seconds)
        say(pipe, "claimed")
        pipe.recv()


def merge_both(pipe: Pipe, place: Place, keep: str, other: str) -> object:
    """Merge one song into another; what came of it."""
    with place.open() as library:
        start_together(pipe)
        return outcome_of(lambda: library.versions.merge_songs(keep, [other]))()
