"""What a write did."""

from __future__ import annotations

from typing import Literal, NamedTuple

ChangeKind = Literal["inserted", "updated", "deleted", "copied"]
"""`copied` speaks of many rows of a model at once, new, changed and gone: its key is empty, its revisions are 0."""


class Written(NamedTuple):
    """What a backend reports of one row: revision 0 is absence, equal revisions a write that changed nothing."""

    key: str
    before: int
    after: int


class Change(NamedTuple):
    """What listeners hear of one row, after the commit."""

    model: str
    key: str
    kind: ChangeKind
    before: int
    after: int


def copied(model: str) -> Change:
    """The one change that stands for all rows of a model which a transaction took over from elsewhere."""
    return Change(model, "", "copied", 0, 0)


def change_of(model: str, written: Written) -> Change | None:
    """The change that a write was, or None if it changed nothing."""
    if written.before == written.after:
        return None
    kind: ChangeKind = "inserted" if written.before == 0 else "deleted" if written.after == 0 else "updated"
    return Change(model, written.key, kind, written.before, written.after)
