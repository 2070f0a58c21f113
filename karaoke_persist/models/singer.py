"""Who a singer is: a user, or else a name without regard to case and accents.

The two never meet: a guest who calls herself like the id of a user is not that user.
"""

from __future__ import annotations

from typing import Final

from karaoke_persist.errors import InvalidValue
from karaoke_persist.models.text import key_fold

USER: Final = "user:"
NAME: Final = "name:"


def singer_key(name: str, user_id: str | None = None) -> str:
    """The singer of this name or, if it is known, of this user."""
    return f"{NAME}{key_fold(name)}" if user_id is None else user_key(user_id)


def user_key(user_id: str) -> str:
    """The singer that a user is, under whatever name."""
    return f"{USER}{user_id}"


def checked_singer(singer: object) -> str:
    """A singer as they are stored. What is none is `InvalidValue`."""
    if isinstance(singer, str) and singer.startswith(USER) and singer != USER:
        return singer
    if isinstance(singer, str) and singer.startswith(NAME) and key_fold(singer.removeprefix(NAME)):
        return singer_key(singer.removeprefix(NAME))
    raise InvalidValue("singer", singer, "'name:' and a name is expected, or 'user:' and an id; singer_key makes them")


def user_of(singer: str) -> str | None:
    """The id of the user that a singer is, or None for a mere name."""
    return singer.removeprefix(USER) if singer.startswith(USER) else None
