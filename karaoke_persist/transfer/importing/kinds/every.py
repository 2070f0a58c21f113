"""All kinds together: decided by looking, and written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from karaoke_persist.contract.importing import NewEntry, NewLike, NewPlay, NewUser
from karaoke_persist.models import MODELS, Job, Night, Performance, QueueEntry, Record, Song
from karaoke_persist.operations.performances import count_plays
from karaoke_persist.operations.queue.room_queue import MAIN, queue_of
from karaoke_persist.session import Session
from karaoke_persist.transfer.importing.kinds.deciding import Decision, Item, Kind, Planned
from karaoke_persist.transfer.importing.kinds.entries import decide_entries
from karaoke_persist.transfer.importing.kinds.jobs import decide_jobs
from karaoke_persist.transfer.importing.kinds.likes import decide_likes
from karaoke_persist.transfer.importing.kinds.plays import decide_plays
from karaoke_persist.transfer.importing.kinds.songs import decide_songs
from karaoke_persist.transfer.importing.kinds.users import decide_users

_KINDS: Final[Mapping[type[Any], Kind]] = {
    Song: decide_songs,
    Job: decide_jobs,
    NewUser: decide_users,
    NewEntry: decide_entries,
    NewLike: decide_likes,
    NewPlay: decide_plays,
}


def decided(session: Session, items: Sequence[Item], planned: Planned) -> list[Decision]:
    """Decide about some rows, in their order."""
    by_kind: dict[type[Any], list[Item]] = {}
    for item in items:
        by_kind.setdefault(type(item.draft), []).append(item)
    made = [decision for kind, some in by_kind.items() for decision in _KINDS[kind](session, some, planned)]
    places = {id(item): place for place, item in enumerate(items)}
    return sorted(made, key=lambda decision: places[id(decision.item)])


def written(session: Session, decisions: Sequence[Decision]) -> None:
    """Do what was decided, and enter it into the ledger."""
    by_model: dict[type[Record], list[Record]] = {}
    for decision in decisions:
        for record in decision.inserts:
            by_model.setdefault(type(record), []).append(record)
    _insert(session, by_model)
    for model, key, changes in (patch for decision in decisions for patch in decision.patches):
        session.patch(model, key, changes)
    for song_id, moment in (play for decision in decisions for play in decision.plays):
        count_plays(session, song_id, 1, moment)
    session.upsert([decision.entry() for decision in decisions if decision.action != "quarantined"])


def _insert(session: Session, by_model: dict[type[Record], list[Record]]) -> None:
    if QueueEntry in by_model or Night in by_model:
        queue = queue_of(session, MAIN)
        queued = by_model.pop(QueueEntry, [])
        ranks = queue.list.ranks(queue.list.end(), len(queued))
        session.insert(*(entry.replaced({"rank": rank}) for entry, rank in zip(queued, ranks, strict=True)))
        if queued:
            queue.changed()
    for model in sorted(by_model, key=MODELS.index):  # what is named comes before what names it
        session.insert(*by_model[model])
    _widen_nights(session, by_model.get(Performance, []))


def _widen_nights(session: Session, performances: Sequence[Record]) -> None:
    """A night lasts from its first performance to its last, in whichever order they come."""
    by_night: dict[str, list[Any]] = {}
    for each in performances:
        by_night.setdefault(getattr(each, "night_id"), []).append(each)  # noqa: B009 - of a mere record
    for night in session.get_many(Night, by_night).values():
        first = min(night.opened_at, *(each.started_at for each in by_night[night.id]))
        last = max(night.active_at, *(each.ended_at for each in by_night[night.id]))
        session.patch(Night, night.id, {"opened_at": first, "active_at": last, "closed_at": last})
