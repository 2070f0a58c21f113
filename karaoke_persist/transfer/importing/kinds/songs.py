"""Songs: new ones, those that were here before and lack something, and those that changed in the source."""

from __future__ import annotations

from typing import Any, cast

from karaoke_persist.models import Song
from karaoke_persist.models.json_values import freeze_object
from karaoke_persist.operations.redirects import merged
from karaoke_persist.session import Session
from karaoke_persist.transfer.importing.kinds.deciding import (
    Decision,
    Item,
    Planned,
    changed,
    each,
    is_here,
    new,
    refused,
)
from karaoke_persist.transfer.importing.ledger import digests_of
from karaoke_persist.transfer.importing.source.names import UNKNOWN_ARTIST

_BY_NAME = ("media", "extra")
"""Objects that are filled name by name."""


def decide_songs(session: Session, items: list[Item], planned: Planned) -> list[Decision]:
    """Decide about songs."""
    ids = [_target(item) for item in items]
    there, redirects = session.get_many(Song, ids), merged(session, ids)

    def decide(item: Item) -> Decision:
        song, target = cast(Song, item.draft), _target(item)
        if target in redirects:
            return is_here(item, song, f"it was merged into {redirects[target]!r}, which stays as it is")
        if item.entry is not None:
            return changed(item, song, there.get(target))
        if song.id in planned.songs:
            return refused(item, f"another row has the id {song.id!r} too")
        planned.songs.add(song.id)
        return _filled(item, song, there[target]) if target in there else new(item, song)

    return each(items, decide)


def _target(item: Item) -> str:
    return item.entry.target if item.entry is not None else cast(Song, item.draft).id


def _filled(item: Item, song: Song, current: Song) -> Decision:
    """A song that was here before gets what it lacks; what it has stays."""
    changes = {name: getattr(song, name) for name in digests_of(song) if _is_empty(current, name)}
    for name in _BY_NAME:
        changes[name] = freeze_object({**getattr(song, name), **getattr(current, name)})
    changes = current.differing(changes)
    if not changes:
        return is_here(item, song)
    patches: list[Any] = [(Song, current.id, changes)]
    return Decision(item, "filled", "Song", current.id, patches=patches, fields=digests_of(song))


def _is_empty(song: Song, name: str) -> bool:
    value = getattr(song, name)
    if name == "title":
        return bool(value == song.id)  # what a scan calls a folder that says nothing else
    return value is None or (name == "artist" and value == UNKNOWN_ARTIST)
