"""`karaoke-persist queue`: who sings what next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from karaoke_persist import NotFound, QueueItem, QueueView, Transaction
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Store
from karaoke_persist.cli.search import open_existing
from karaoke_persist.operations.queue.room_queue import MAIN

queue: typer.Typer = typer.Typer(
    help="See who sings what next, and lead the night.", no_args_is_help=True, add_completion=False
)

Song = Annotated[str, typer.Argument(metavar="SONG", help="The id of a song.")]
Entry = Annotated[str, typer.Argument(metavar="ENTRY", help="An entry: its position, or its id.")]
NewRoom = Annotated[str, typer.Argument(metavar="ROOM", help="The id of a room.")]
Singers = Annotated[
    list[str], typer.Option("--singer", "-s", metavar="NAME", help="Who sings; may be repeated, up to eight.")
]
Room = Annotated[str, typer.Option("--room", "-r", metavar="ROOM", help="The room.")]
Before = Annotated[str | None, typer.Option("--before", metavar="ENTRY", help="The entry to stand in front of.")]
After = Annotated[str | None, typer.Option("--after", metavar="ENTRY", help="The entry to stand behind.")]
Force = Annotated[bool, typer.Option("--force", help="As the host: past quotas, closed rooms and hidden songs.")]
Skipped = Annotated[bool, typer.Option("--skipped", help="What played was not sung to the end.")]
Policy = Annotated[str | None, typer.Option("--policy", metavar="NAME", help="Another policy than the room's.")]
Apply = Annotated[bool, typer.Option("--apply", help="Carry it out.")]
Auto = Annotated[bool | None, typer.Option("--auto/--no-auto", help="Whether the policy is applied by itself.")]


@queue.command("list")
def list_entries(
    store: Store = DEFAULT_STORE, option: BackendOptions = None, room: Room = MAIN, as_json: Json = False
) -> None:
    """List a queue with positions and waiting times; what is on stage comes first."""
    with open_existing(store, option) as library:
        _show(library.queue.view(room), as_json)


@queue.command()
def add(
    song: Song,
    singers: Singers,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    room: Room = MAIN,
    before: Before = None,
    after: After = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Queue a song, behind all others unless a place is named."""

    def change(tx: Transaction) -> None:
        front, back = _id(tx, room, before), _id(tx, room, after)
        added = tx.queue.add(song, singers=singers, room=room, before=front, after=back, force=force)
        for warning in added.warnings:
            _say(f"This song is {warning}.", stderr=True)

    _change(_Queue(store, option, room, as_json), change)


@queue.command()
def remove(
    entry: Entry, store: Store = DEFAULT_STORE, option: BackendOptions = None, room: Room = MAIN, as_json: Json = False
) -> None:
    """Take an entry out."""
    _change(_Queue(store, option, room, as_json), lambda tx: tx.queue.remove(_named(tx, room, entry)))


@queue.command()
def move(
    entry: Entry,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    room: Room = MAIN,
    before: Before = None,
    after: After = None,
    as_json: Json = False,
) -> None:
    """Move an entry in front of another or behind it, or to the top. It is pinned there."""

    def change(tx: Transaction) -> None:
        moved = _named(tx, room, entry)
        if before is None and after is None:
            tx.queue.move_to_top(moved)
        else:
            tx.queue.move(moved, before=_id(tx, room, before), after=_id(tx, room, after))

    _change(_Queue(store, option, room, as_json), change)


@queue.command()
def hold(
    entry: Entry, store: Store = DEFAULT_STORE, option: BackendOptions = None, room: Room = MAIN, as_json: Json = False
) -> None:
    """Pass an entry over until it is released; it keeps its place."""
    _change(_Queue(store, option, room, as_json), lambda tx: tx.queue.hold(_named(tx, room, entry)))


@queue.command()
def release(
    entry: Entry, store: Store = DEFAULT_STORE, option: BackendOptions = None, room: Room = MAIN, as_json: Json = False
) -> None:
    """Let an entry wait again."""
    _change(_Queue(store, option, room, as_json), lambda tx: tx.queue.release(_named(tx, room, entry)))


@queue.command()
def clear(
    store: Store = DEFAULT_STORE, option: BackendOptions = None, room: Room = MAIN, as_json: Json = False
) -> None:
    """Take out every entry; what plays goes on."""
    _change(_Queue(store, option, room, as_json), lambda tx: tx.queue.clear(room))


@queue.command()
def announce(
    store: Store = DEFAULT_STORE, option: BackendOptions = None, room: Room = MAIN, as_json: Json = False
) -> None:
    """Hold fast who comes next, because it is being announced."""
    _change(_Queue(store, option, room, as_json), lambda tx: tx.queue.lock_next(room))


@queue.command()
def play(
    entry: Entry, store: Store = DEFAULT_STORE, option: BackendOptions = None, room: Room = MAIN, as_json: Json = False
) -> None:
    """Bring an entry on stage; what played is completed."""
    _change(_Queue(store, option, room, as_json), lambda tx: tx.queue.play(_named(tx, room, entry)))


@queue.command("next")
def play_next(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    room: Room = MAIN,
    skipped: Skipped = False,
    as_json: Json = False,
) -> None:
    """Bring the next on stage; what played is completed, or with --skipped was not sung."""
    _change(_Queue(store, option, room, as_json), lambda tx: tx.queue.play_next(room, skipped=skipped))


@queue.command()
def complete(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    room: Room = MAIN,
    skipped: Skipped = False,
    as_json: Json = False,
) -> None:
    """End what plays, and bring nobody on stage."""
    _change(
        _Queue(store, option, room, as_json), lambda tx: tx.queue.skip(room) if skipped else tx.queue.complete(room)
    )


@queue.command()
def abandon(
    store: Store = DEFAULT_STORE, option: BackendOptions = None, room: Room = MAIN, as_json: Json = False
) -> None:
    """End what a crash has left on stage, as not sung."""
    _change(_Queue(store, option, room, as_json), lambda tx: tx.queue.abandon(room))


@queue.command()
def undo(store: Store = DEFAULT_STORE, option: BackendOptions = None, room: Room = MAIN, as_json: Json = False) -> None:
    """Undo the last edit of the queue."""
    _turn(_Queue(store, option, room, as_json), "undone", lambda tx: tx.queue.undo(room))


@queue.command()
def redo(store: Store = DEFAULT_STORE, option: BackendOptions = None, room: Room = MAIN, as_json: Json = False) -> None:
    """Do again what was undone last."""
    _turn(_Queue(store, option, room, as_json), "done again", lambda tx: tx.queue.redo(room))


@queue.command()
def arrange(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    room: Room = MAIN,
    policy: Policy = None,
    apply: Apply = False,
    as_json: Json = False,
) -> None:
    """Show the order that a rotation policy gives, with its reasons; with --apply carry it out."""
    with open_existing(store, option) as library, library.transaction(read_only=not apply) as tx:
        items = {item.id: item for item in tx.queue.entries(room)}
        plan = tx.queue.arrange(policy, room=room)
        if apply:
            tx.queue.apply(plan)
    rows = [(position, items[each.id], each.reason) for position, each in enumerate(plan.order, 1)]
    _show_plan(rows, as_json)


@queue.command()
def rooms(store: Store = DEFAULT_STORE, option: BackendOptions = None, as_json: Json = False) -> None:
    """List the rooms."""
    from karaoke_persist.cli.output import console, print_json, table

    with open_existing(store, option) as library:
        found = library.queue.rooms()
    if as_json:
        print_json([room.to_dict() for room in found])
        return
    columns = ("room", "name", "state", "policy")
    rows = [(each.id, each.name, "open" if each.is_open else "closed", each.policy) for each in found]
    console().print(table(columns, rows))


@queue.command("open")
def open_room(
    room: NewRoom,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    policy: Policy = None,
    auto: Auto = None,
    as_json: Json = False,
) -> None:
    """Open a room, a new one or one that was closed."""
    settings: dict[str, Any] = {"policy": policy, "auto": auto}
    given = {name: value for name, value in settings.items() if value is not None}
    _change(_Queue(store, option, room, as_json), lambda tx: tx.queue.open_room(room, **given))


@queue.command("close")
def close_room(
    room: NewRoom, store: Store = DEFAULT_STORE, option: BackendOptions = None, as_json: Json = False
) -> None:
    """Take no more entries of guests."""
    _change(_Queue(store, option, room, as_json), lambda tx: tx.queue.close_room(room))


@dataclass(frozen=True, slots=True)
class _Queue:
    """Which queue is meant, and how it is shown."""

    store: str
    option: list[str] | None
    room: str
    as_json: bool


def _change(which: _Queue, change: Callable[[Transaction], object]) -> None:
    """Change a queue, and show what it is now."""
    with open_existing(which.store, which.option) as library:
        with library.transaction() as tx:
            change(tx)
        _show(library.queue.view(which.room), which.as_json)


def _turn(which: _Queue, done: str, turn: Callable[[Transaction], str | None]) -> None:
    def change(tx: Transaction) -> None:
        kind = turn(tx)
        _say(f"There is nothing to be {done}." if kind is None else f"The last {kind} is {done}.", stderr=True)

    _change(which, change)


def _named(tx: Transaction, room: str, entry: str) -> str:
    """The id of the entry that has this id or, if none has, this position."""
    items = tx.queue.entries(room)
    for item in [item for item in items if item.id == entry] + [item for item in items if str(item.position) == entry]:
        return item.id
    raise NotFound("QueueEntry", entry)


def _id(tx: Transaction, room: str, entry: str | None) -> str | None:
    return None if entry is None else _named(tx, room, entry)


def _show(view: QueueView, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    if as_json:
        print_json(view.to_dict())
    elif view.items:
        columns = ("position", "title", "artist", "singers", "state", "wait")
        console().print(table(columns, map(_row, view.items), numbers=("position", "wait")))
    else:
        _say("Nobody waits to sing.")


def _show_plan(rows: list[tuple[int, QueueItem, str]], as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    if as_json:
        print_json([{"position": position, "id": item.id, "reason": reason} for position, item, reason in rows])
        return
    shown = [(position, item.title, _singers(item), reason) for position, item, reason in rows]
    console().print(table(("position", "title", "singers", "reason"), shown, numbers=("position",)))


def _row(item: QueueItem) -> tuple[object, ...]:
    state = "next" if item.locked else "on stage" if item.state == "playing" else item.state
    wait = "" if item.wait_ms is None else f"{item.wait_ms // 60_000}:{item.wait_ms // 1_000 % 60:02}"
    return item.position, item.title, item.artist, _singers(item), state, wait


def _singers(item: QueueItem) -> str:
    return ", ".join(each.name for each in item.singers)


def _say(sentence: str, *, stderr: bool = False) -> None:
    from karaoke_persist.cli.output import console, visible

    console(stderr=stderr).print(visible(sentence), soft_wrap=True)
