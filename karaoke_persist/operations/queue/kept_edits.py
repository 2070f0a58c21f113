"""What the stored edits say when singers or songs become one: undoing them leads to who and what stays."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from karaoke_persist.contract import Query
from karaoke_persist.models import QueueEdit, thaw
from karaoke_persist.session import Session

Patch = dict[str, Any]


def replace_singer_in_edits(session: Session, old: str, new: str) -> None:
    """Let another singer be held, and sing what is restored; of two that are one now, the first stays."""
    _rewrite(session, partial(_with_singer, {old: new}))


def replace_song_in_edits(session: Session, from_ids: Collection[str], to_id: str) -> None:
    """Let the entries of some songs be of another."""
    _rewrite(session, partial(_with_song, dict.fromkeys(from_ids, to_id)))


def _rewrite(session: Session, change: Callable[[Patch], None]) -> None:
    """At most thirty edits are kept of a room."""
    for edit in session.find(Query(QueueEdit)):
        patch = thaw(edit.patch)
        change(patch)
        session.patch(QueueEdit, edit.id, {"patch": patch})


def _with_singer(stays: dict[str, str], patch: Patch) -> None:
    patch["held"] = [list(dict.fromkeys(_kept(stays, singer) for singer in held)) for held in patch["held"]]
    for change in patch["entries"]:
        named: dict[str, str] = {}
        for name, singer in change.get("singers", ()):
            named.setdefault(_kept(stays, singer), name)
        if named:
            change["singers"] = [[name, singer] for singer, name in named.items()]


def _with_song(stays: dict[str, str], patch: Patch) -> None:
    for change in patch["entries"]:
        for image in (change["before"], change["after"]):
            if image is not None:
                image["songId"] = _kept(stays, image["songId"])


def _kept(stays: dict[str, str], key: str) -> str:
    return stays.get(key, key)
