"""The command line as a whole: its commands, its options, its exit codes."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from typing import Annotated, Final

import typer

from karaoke_persist.cli.backends import backends
from karaoke_persist.cli.check import check
from karaoke_persist.cli.conformance import conformance
from karaoke_persist.cli.demo import demo
from karaoke_persist.cli.history import history
from karaoke_persist.cli.importing import import_file, import_oks
from karaoke_persist.cli.jobs import jobs
from karaoke_persist.cli.moving import backup, copy, dump, load, restore
from karaoke_persist.cli.playlists import playlists
from karaoke_persist.cli.queue import queue
from karaoke_persist.cli.schema import schema
from karaoke_persist.cli.search import complete, search
from karaoke_persist.cli.songbook import songbook
from karaoke_persist.cli.sync import purge, sync
from karaoke_persist.cli.users import users
from karaoke_persist.errors import KaraokePersistError

_DEBUG: Final = "KARAOKE_PERSIST_DEBUG"

app: typer.Typer = typer.Typer(
    help="A karaoke library in a database: bring your songs in, find them, look after the schema.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_MOVING = (songbook, copy, dump, load, backup, restore)
for _command in (demo, sync, purge, search, complete, *_MOVING, check, schema, backends, conformance):
    app.command()(_command)
app.command("import")(import_file)
app.command("import-oks")(import_oks)
app.add_typer(users, name="users")
app.add_typer(playlists, name="playlists")
app.add_typer(history, name="history")
app.add_typer(queue, name="queue")
app.add_typer(jobs, name="jobs")


def run() -> None:
    """Run the command of `sys.argv`. Exits with 0, 1 after an error, 2 for wrong usage, 130 when interrupted."""
    from karaoke_persist.cli.output import prepare_streams

    prepare_streams()
    try:
        app(prog_name="karaoke-persist")
    except (KaraokePersistError, OSError) as error:
        if os.environ.get(_DEBUG):
            raise
        sys.exit(_fail(error))


def _fail(error: Exception) -> int:
    from karaoke_persist.cli.output import console, visible

    text = visible(error)
    console(stderr=True).print("[bold red]error:[/]", text, soft_wrap=True)
    return 1


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"karaoke-persist {version('karaoke-persist')}")
        raise typer.Exit


def _debug(wanted: bool) -> None:
    if wanted:
        os.environ[_DEBUG] = "1"


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    _debug: Annotated[
        bool, typer.Option("--debug", callback=_debug, help=f"Show where an error came from; also {_DEBUG}=1.")
    ] = False,
) -> None:
    """The options before a command."""
