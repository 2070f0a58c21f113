"""What a store was copied from, and whether the copy is whole."""

from __future__ import annotations

from typing import ClassVar, Final

from karaoke_persist.models.fields import Id, Text, Time
from karaoke_persist.models.integrity import Integrity
from karaoke_persist.models.record import Record

LAST: Final = "last"
"""The key of the one row there may be."""


class Transfer(Record):
    """The last copy into this store. It belongs to the store, not to its contents, and is never copied along."""

    integrity: ClassVar[Integrity] = Integrity(collection="transfers")

    id: Id = LAST
    kind: Text
    """What was done: copy, load or restore; each is a command."""
    source: Text
    """Where it came from, as the command names it, without a password."""
    began_at: Time
    verified_at: Time | None = None
    """Until this is set, the store may hold a part only."""
    digest: Text | None = None
    """Of everything that was copied, by which a later change is noticed."""
