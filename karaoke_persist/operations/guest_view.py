"""Who sees what: guests the songs that are not hidden, and searches those that can be played."""

from __future__ import annotations

from typing import Final

from karaoke_persist.contract import And, Condition, Eq, Exists
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Song

_SHOWN: Final = Eq("hidden", False)


def of_songs(guest: bool, *conditions: Condition | None) -> Condition | None:
    """What is asked of songs: the conditions that are given and, for a guest, that they are not hidden."""
    asked = [each for each in (*conditions, _SHOWN if checked_guest(guest) else None) if each is not None]
    return And(*asked) if len(asked) > 1 else next(iter(asked), None)


def of_favorites(guest: bool, user_id: str) -> Condition:
    """The same of the songs that a user likes."""
    own = Eq("user_id", user_id)
    return And(own, Exists(Song, {"song_id": "id"}, _SHOWN)) if checked_guest(guest) else own


def checked_guest(guest: object) -> bool:
    """Whether a guest looks. What is neither True nor False is `InvalidValue`: it might show what is hidden."""
    return _checked("guest", guest, "True for what guests see, or False for everything")


def checked_missing(missing: object) -> bool:
    """Whether songs are asked for of which nothing can be played."""
    return _checked("missing", missing, "True to find missing songs too, or False to leave them out")


def _checked(name: str, value: object, expected: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(name, value, expected)
    return value
