"""Who sings an entry, as the caller names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import QueueSinger
from karaoke_persist.models.singer import singer_key, user_of
from karaoke_persist.operations.queue.answers import Singer
from karaoke_persist.session import Session

MOST: Final = 8
SingerLike = str | tuple[str, str | None]
"""A name, or a name and the id of a user."""


def as_singer(given: object) -> Singer:
    """One singer as the caller names it. A name is taken as it is: "Ana & Bob" is one singer of that name."""
    name, user_id = given if isinstance(given, tuple) and len(given) == 2 else (given, None)
    if not isinstance(name, str) or not name.strip() or not isinstance(user_id, str | None):
        raise InvalidValue("singer", given, "a name is expected, or a name and a user id, such as ('Ana', 'user-1')")
    return Singer(name, user_id)


def as_key(given: object) -> str:
    """Who it is that the caller names."""
    return singer_key(*as_singer(given))


def as_singers(singer: SingerLike | None, singers: Sequence[SingerLike] | None) -> list[Singer]:
    """One singer, or several; each is named once."""
    if (singer is None) == (singers is None):
        raise InvalidValue("singer", singer, "name who sings: either one as singer=…, or several as singers=[…]")
    if isinstance(singers, str):
        raise InvalidValue("singers", singers, "a list is expected; for one singer use singer=…")
    named = [as_singer(each) for each in (singers if singers is not None else [singer])]
    if not 1 <= len(named) <= MOST:
        raise InvalidValue("singers", list(named), f"an entry has 1 to {MOST} singers")
    keys = [singer_key(*each) for each in named]
    for key, each in zip(keys, named, strict=True):
        if keys.count(key) > 1:
            raise InvalidValue("singers", each.name, "the same singer is named twice")
    return named


def singer_rows(session: Session, entry_id: str, singers: Iterable[tuple[str, str]]) -> list[QueueSinger]:
    """The rows that say who sings an entry: under which name, and who it is."""
    return [
        QueueSinger(
            id=session.context.new_id(),
            entry_id=entry_id,
            place=place,
            name=name,
            user_id=user_of(singer),
            singer=singer,
        )
        for place, (name, singer) in enumerate(singers)
    ]
