"""`karaoke-persist users`: who may log in, and who is whom."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from karaoke_persist import Library, MergedSinger, NotFound, User, singer_key, user_key
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Store
from karaoke_persist.cli.search import open_existing

users: typer.Typer = typer.Typer(
    help="See who may log in, register users, and say who is whom.", no_args_is_help=True, add_completion=False
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A username, in any case and accent.")]
Added = Annotated[str, typer.Argument(metavar="NAME", help="The username, of three characters or more.")]
NewName = Annotated[str, typer.Argument(metavar="NEW", help="The username from now on.")]
Into = Annotated[str, typer.Argument(metavar="INTO", help="The username of who stays.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1_000, help="How many users to show.")]
Password = Annotated[bool, typer.Option("--password", help="Ask for a password, or read a line of standard input.")]
Guest = Annotated[bool, typer.Option("--guest", help="A guest, who cannot log in.")]
DisplayName = Annotated[str | None, typer.Option("--display-name", metavar="TEXT", help="The name that is shown.")]
Theme = Annotated[str | None, typer.Option("--theme", metavar="TEXT", help="The theme of the screens.")]
Color = Annotated[str | None, typer.Option("--color", metavar="TEXT", help="The colour that stands for the user.")]
Admin = Annotated[bool | None, typer.Option("--admin/--no-admin", help="Whether the user may do everything.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
MereName = Annotated[bool, typer.Option("--name", help="NAME is no user but a name in queues and history.")]


@users.command("list")
def list_users(
    store: Store = DEFAULT_STORE, option: BackendOptions = None, limit: Limit = 50, as_json: Json = False
) -> None:
    """List users by name."""
    with open_existing(store, option) as library:
        page, total = library.users.get_page(limit=limit), library.users.count()
    _show(page.items, as_json)
    if not as_json and page.cursor is not None:
        _say(f"{total} users, the first {limit} shown")


@users.command()
def show(name: Name, store: Store = DEFAULT_STORE, option: BackendOptions = None) -> None:
    """Show everything about one user, in JSON."""
    from karaoke_persist.cli.output import print_json

    with open_existing(store, option) as library:
        user = _named(library, name)
        likes = {"songs": library.favorites.count_songs(user.id), "artists": library.favorites.count_artists(user.id)}
    print_json({**user.to_dict(), "favorites": likes})


@users.command()
def add(
    name: Added,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    password: Password = False,
    guest: Guest = False,
    display_name: DisplayName = None,
    admin: Admin = None,
    as_json: Json = False,
) -> None:
    """Register a user. Without --password nobody can log in as this user yet."""
    profile: dict[str, Any] = {"display_name": display_name, "is_admin": admin}
    with open_existing(store, option) as library:
        secret = _asked_for_password() if password else None
        _show([library.users.register(name, secret, guest=guest, **profile)], as_json)


@users.command()
def edit(
    name: Name,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    display_name: DisplayName = None,
    theme: Theme = None,
    color: Color = None,
    admin: Admin = None,
    as_json: Json = False,
) -> None:
    """Change the named parts of a profile; an empty text clears."""
    texts = {"display_name": display_name, "theme": theme, "color": color}
    changes: dict[str, Any] = {part: text or None for part, text in texts.items() if text is not None}
    changes |= {} if admin is None else {"is_admin": admin}
    with open_existing(store, option) as library:
        _show([library.users.update_profile(_named(library, name).id, changes)], as_json)


@users.command()
def rename(
    name: Name, new: NewName, store: Store = DEFAULT_STORE, option: BackendOptions = None, as_json: Json = False
) -> None:
    """Give a user another username."""
    with open_existing(store, option) as library:
        _show([library.users.rename(_named(library, name).id, new)], as_json)


@users.command()
def password(name: Name, store: Store = DEFAULT_STORE, option: BackendOptions = None) -> None:
    """Set a password: it is asked for, or the line on standard input."""
    with open_existing(store, option) as library:
        user = _named(library, name)
        library.users.set_password(user.id, _asked_for_password())
    _say(f"{user.username} can log in with the new password.")


@users.command()
def delete(name: Name, store: Store = DEFAULT_STORE, option: BackendOptions = None, yes: Yes = False) -> None:
    """Delete a user. Playlists then belong to nobody; queues and history keep the name."""
    with open_existing(store, option) as library:
        user = _named(library, name)
        if not yes:
            typer.confirm(f"Delete {user.username}, with password and favourites?", abort=True, err=True)
        library.users.delete(user.id)


@users.command()
def merge(
    name: Name,
    into: Into,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    mere_name: MereName = False,
    as_json: Json = False,
) -> None:
    """Give a user what a guest, another user or a mere name has in queues and history. A merged user is deleted."""
    with open_existing(store, option) as library:
        singer = singer_key(name) if mere_name else user_key(_named(library, name).id)
        merged = library.singers.merge_singers(singer, user_key(_named(library, into).id))
    _show_merged(merged, as_json)


def _named(library: Library, name: str) -> User:
    user = library.users.get_by_username(name)
    if user is None:
        raise NotFound("User", name)
    return user


def _asked_for_password() -> str:
    """Never an argument, which other users of the machine could see."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().removesuffix("\n")
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked


def _show(found: Sequence[User], as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    if as_json:
        print_json([user.to_dict() for user in found])
    elif found:
        console().print(table(("username", "display name", "role", "id"), map(_row, found)))
    else:
        _say("There is no user yet.")


def _row(user: User) -> tuple[object, ...]:
    role = "guest" if user.is_guest else "admin" if user.is_admin else ""
    return user.username, user.display_name or "", role, user.id


def _show_merged(merged: MergedSinger, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    moved = asdict(merged)
    if as_json:
        print_json(moved)
    else:
        console().print(table(tuple(moved), [tuple(moved.values())], numbers=tuple(moved)))


def _say(sentence: str) -> None:
    from karaoke_persist.cli.output import console, visible

    console().print(visible(sentence), soft_wrap=True)
