"""Jobs: as they stood. Nothing is done with them, and a song that is not there is named in the payload only."""

from __future__ import annotations

from typing import Any, cast

from karaoke_persist.models import Job
from karaoke_persist.models.json_values import freeze_object
from karaoke_persist.session import Session
from karaoke_persist.transfer.importing.kinds.deciding import (
    Decision,
    Item,
    Planned,
    changed,
    each,
    is_here,
    known_songs,
    new,
    refused,
)


def decide_jobs(session: Session, items: list[Item], planned: Planned) -> list[Decision]:
    """Decide about jobs."""
    jobs = [cast(Job, item.draft) for item in items]
    there = session.get_many(Job, [_target(item) for item in items])
    songs = known_songs(session, [job.song_id for job in jobs if job.song_id is not None], planned)

    def decide(item: Item) -> Decision:
        job, said = _with_known_song(item, songs)
        if item.entry is not None:
            decision = changed(item, job, there.get(item.entry.target))
        elif job.id in there:
            decision = is_here(item, job, "a job with this id is here already, and stays as it is")
        elif job.id in planned.others:
            decision = refused(item, f"another row has the id {job.id!r} too")
        else:
            decision = new(item, job)
            planned.others.add(job.id)
        decision.notes += said
        return decision

    return each(items, decide)


def _target(item: Item) -> str:
    return item.entry.target if item.entry is not None else cast(Job, item.draft).id


def _with_known_song(item: Item, songs: dict[str, str]) -> tuple[Job, list[Any]]:
    job = cast(Job, item.draft)
    if job.song_id is None or job.song_id in songs:
        return (job if job.song_id is None else job.replaced({"song_id": songs[job.song_id]})), []
    payload = freeze_object({**job.payload, "missing_song_id": job.song_id})
    note = item.note("repaired", f"the song {job.song_id!r} is not there; its id is kept in the payload", "song_id")
    changes = {"song_id": None, "payload": payload}
    return Job.trusted({**job.__dict__, **changes}, job.model_fields_set | {"payload"}), [note]
