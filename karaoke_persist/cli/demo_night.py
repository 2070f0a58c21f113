"""The night of `karaoke-persist demo`: users, a playlist, a queue in fair order, three songs on stage, statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from karaoke_persist import Library, Transaction

if TYPE_CHECKING:
    from rich.console import RenderableType

NAMES: Final = ("Ana", "Bob", "Cleo")
PLAYLIST: Final = "demo-favourites"
WISHES: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("Alouette", ("Ana",)),
    ("Camptown Races", ("Ana",)),
    ("Frère Jacques", ("Ana",)),
    ("Beautiful Dreamer", ("Bob",)),
    ("Калинка", ("Cleo",)),
    ("Oh! Susanna", ("Bob", "Cleo")),
)
"""The songs in the order in which they are asked for, and who sings them."""
FAVOURITES: Final = ("Frère Jacques", "Alouette")
SUNG: Final = 3

Part = tuple[str, "RenderableType"]


def night(library: Library) -> list[Part]:
    """What there is to show of the night; it is sung first, in one transaction, if it has not been."""
    from karaoke_persist.cli.output import table

    parts = library.run(_sing)
    return [
        ("The queue, as a fair rotation puts it", table(("", "singers", "song", "because"), parts)),
        ("What was sung", table(("singers", "song"), _performances(library))),
        ("Who sang how often", table(("singer", "songs"), _singers(library), numbers=("songs",))),
        ("A playlist", table(("", "song", "by"), _playlist(library))),
    ]


def _sing(tx: Transaction) -> list[tuple[int, str, str, str]]:
    """Queue the songs, let the first three be sung, and leave the rest waiting."""
    ids = {song.title: song.id for song in tx.songs.get_songs()}
    if tx.playlists.get(PLAYLIST) is None:
        _prepare(tx, ids)
        for title, singers in WISHES:
            if title in ids:  # a person's own files may stand in the place of ours
                tx.queue.add(ids[title], singers=_users(tx, singers))
        for _ in range(SUNG):
            tx.queue.play_next()
        tx.queue.complete()
    plan = tx.queue.arrange()
    waiting = {item.id: item for item in tx.queue.entries()}
    return [
        (place, _names(waiting[each.id].singers), waiting[each.id].title, each.reason)
        for place, each in enumerate(plan.order, start=1)
    ]


def _prepare(tx: Transaction, ids: dict[str, str]) -> None:
    for name in NAMES:
        if tx.users.get_by_username(name) is None:
            tx.users.register(name, user_id=name.lower(), guest=True)
    owner = tx.users.get_by_username(NAMES[0])
    tx.playlists.create("Songs to begin with", playlist_id=PLAYLIST, owner=None if owner is None else owner.id)
    tx.playlists.add_many(PLAYLIST, [ids[title] for title in FAVOURITES if title in ids])
    tx.queue.open_room("main", name="The living room", auto=True)


def _users(tx: Transaction, names: Sequence[str]) -> list[tuple[str, str | None]]:
    found = [(name, tx.users.get_by_username(name)) for name in names]
    return [(name, None if user is None else user.id) for name, user in found]


def _performances(library: Library) -> list[tuple[str, str]]:
    page = library.history.get_performances_page(limit=SUNG)
    return [(_names(sung.singers), sung.performance.title) for sung in reversed(page.items)]


def _singers(library: Library) -> list[tuple[str, int]]:
    return [(top.name, top.times) for top in library.history.get_top_singers()]


def _playlist(library: Library) -> list[tuple[int, str, str]]:
    items = library.playlists.get_contents(PLAYLIST).items
    return [(place, item.song.title, item.song.artist) for place, item in enumerate(items, start=1)]


def _names(singers: Sequence[Any]) -> str:
    return " and ".join(singer.name for singer in singers)
