"""Users: who may log in, who is a guest, and how people are told apart."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar

from pydantic import Field

from karaoke_persist.models.fields import Boolean, Id, IndexedText, JsonObject, Text, Time
from karaoke_persist.models.integrity import Integrity, Reference, Sorted, Unique
from karaoke_persist.models.json_values import EMPTY_OBJECT
from karaoke_persist.models.record import Record


class User(Record):
    """Somebody with a name of their own. What they log in with is kept apart, in `Credential`."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="users",
        unique=(Unique("username_key"),),
        sorted=(Sorted("username"), Sorted("created_at")),
        stamped="created_at",
    )

    id: Id
    username: IndexedText
    username_key: Text
    """The `key_fold` of the name, which no two users share."""
    display_name: IndexedText | None = None
    theme: Text | None = None
    color: Text | None = None
    preferences: JsonObject = EMPTY_OBJECT
    is_admin: Boolean = False
    is_guest: Boolean = False
    """A guest has no password and cannot log in."""
    created_at: Time | None = None


class Credential(Record):
    """The hash of a user's password. Only authentication reads it; no dictionary and no text shows it."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="credentials", key="user_id", references=(Reference("user_id", "users", "cascade"),)
    )

    user_id: Id
    password_hash: Text = Field(repr=False, exclude=True)

    def __iter__(self) -> Generator[tuple[str, Any], None, None]:
        """What `dict()` is made of: all but the hash."""
        yield from (pair for pair in super().__iter__() if pair[0] != "password_hash")
