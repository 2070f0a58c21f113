"""`karaoke-persist history`: what was sung."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import typer

from karaoke_persist import Night, Page, SingerSong, Sung, singer_key
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Store
from karaoke_persist.cli.search import open_existing

history: typer.Typer = typer.Typer(
    help="See what was sung, in which nights, and what was sung most.", no_args_is_help=True, add_completion=False
)

Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1_000, help="How many to show.")]
InNight = Annotated[str | None, typer.Option("--night", metavar="ID", help="Of this night.")]
InRoom = Annotated[str | None, typer.Option("--room", metavar="ID", help="Of this room.")]
OfSong = Annotated[str | None, typer.Option("--song", metavar="ID", help="Of this song.")]
Since = Annotated[datetime | None, typer.Option("--since", metavar="TIME", help="From then on, such as 2026-01-31.")]
Until = Annotated[datetime | None, typer.Option("--until", metavar="TIME", help="Before then.")]
Of = Annotated[str | None, typer.Option("--singer", metavar="NAME", help="By a guest of this name, or with --user.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A guest's name, in any case and accent.")]
User = Annotated[bool, typer.Option("--user", help="The singer is a user, and NAME the user's id.")]
What = Annotated[
    Literal["songs", "artists", "singers"], typer.Argument(metavar="WHAT", help="`songs`, `artists` or `singers`.")
]
NightId = Annotated[str, typer.Argument(metavar="NIGHT", help="The id of a night.")]

_TOP_COLUMNS: Final = {
    "songs": ("title", "artist", "times"),
    "artists": ("artist", "times"),
    "singers": ("name", "times"),
}


@history.command("list")
def list_performances(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    night: InNight = None,
    room: InRoom = None,
    song: OfSong = None,
    singer: Of = None,
    user: User = False,
    since: Since = None,
    until: Until = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List what was sung, newest first."""
    filters: dict[str, Any] = {"night_id": night, "room_id": room, "song_id": song, "singer": _key(singer, user)}
    filters |= {"since": _moment(since), "until": _moment(until)}
    with open_existing(store, option) as library:
        page = library.history.get_performances_page(limit=limit, **filters)
    _show_performances(page, as_json)


@history.command()
def nights(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    room: InRoom = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List the nights, newest first."""
    with open_existing(store, option) as library:
        page = library.history.get_nights_page(room_id=room, limit=limit)
    _show(("id", "room", "from", "to"), map(_night_row, page.items), [each.to_dict() for each in page.items], as_json)


@history.command()
def close(night: NightId, store: Store = DEFAULT_STORE, option: BackendOptions = None, as_json: Json = False) -> None:
    """End a night; the next song opens another."""
    with open_existing(store, option) as library:
        closed = library.history.close_night(night)
    _show(("id", "room", "from", "to"), [_night_row(closed)], closed.to_dict(), as_json)


@history.command()
def top(
    what: What,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    night: InNight = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 10,
    as_json: Json = False,
) -> None:
    """Show the songs, the artists or the singers that were sung, or sang, most."""
    part: dict[str, Any] = {"night_id": night, "since": _moment(since), "until": _moment(until), "limit": limit}
    with open_existing(store, option) as library:
        found: list[Any] = getattr(library.history, f"get_top_{what}")(**part)
    columns = _TOP_COLUMNS[what]
    rows = [[getattr(each, column) for column in columns] for each in found]
    _show(columns, rows, [_as_json(each._asdict()) for each in found], as_json)


@history.command()
def singer(
    name: Name, store: Store = DEFAULT_STORE, option: BackendOptions = None, user: User = False, as_json: Json = False
) -> None:
    """Show the songs of one singer, with how often, and the key of the last time."""
    with open_existing(store, option) as library:
        found = library.history.get_songs_of_singer(_key(name, user) or "")
    columns = ("title", "artist", "times", "key", "last")
    _show(columns, map(_song_row, found), [_as_json(asdict(each)) for each in found], as_json)


def _key(name: str | None, is_user: bool) -> str | None:
    if name is None:
        return None
    return singer_key(name, name if is_user else None)


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Under the names that values have in JSON everywhere."""
    from pydantic.alias_generators import to_camel

    return {to_camel(name): each.isoformat() if isinstance(each, datetime) else each for name, each in values.items()}


def _moment(local: datetime | None) -> datetime | None:
    """A time that was typed means the clock on the wall."""
    return None if local is None else local.astimezone()


def _when(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _night_row(night: Night) -> Sequence[object]:
    return night.id, night.room_id, _when(night.opened_at), _when(night.closed_at) or "open"


def _song_row(song: SingerSong) -> Sequence[object]:
    return song.title, song.artist, song.times, f"{song.key_shift:+}", _when(song.last_sung_at)


def _sung_row(sung: Sung) -> Sequence[object]:
    shown = sung.performance
    names = ", ".join(singer.name for singer in sung.singers)
    return _when(shown.started_at), names, shown.title, shown.artist, shown.status


def _show_performances(page: Page[Sung], as_json: bool) -> None:
    answer = [
        {**each.performance.to_dict(), "singers": [singer.to_dict() for singer in each.singers]} for each in page.items
    ]
    _show(("started", "singers", "title", "artist", "status"), map(_sung_row, page.items), answer, as_json)


def _show(columns: Sequence[str], rows: Iterable[Sequence[object]], answer: object, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    if as_json:
        print_json(answer)
        return
    shown = list(rows)
    console().print(table(columns, shown, numbers=("times", "key")) if shown else "Nothing was sung.")
