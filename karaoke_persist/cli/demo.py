"""`karaoke-persist demo`: a small real library, made and shown."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

import karaoke_persist
from karaoke_persist.cli.demo_files import lay_out
from karaoke_persist.cli.demo_night import night
from karaoke_persist.media import SyncReport

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

QUERIES: Final = ("heidenroslein", "frere JACQUES", "ΟΣΟΝ", "калинка")
SHOWN_SONG: Final = "frere-jacques"
COMMAND: Final = "karaoke-persist"
_TWO_COLUMNS: Final = 96

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to put the songs and the database.")]


def demo(folder: Folder = Path("karaoke-demo")) -> None:
    """Lay out a few real songs, bring them into a SQLite file, sing a few of them, and show what can be asked of it.

    Running it again changes nothing.
    """
    from karaoke_persist.cli.output import console, progress_bar

    songs, database = folder / "songs", folder / "karaoke.db"
    copied = lay_out(songs)
    screen = console()
    with karaoke_persist.open(database, on_error="raise") as library:
        with progress_bar("Reading songs") as progress:
            report = library.media.sync(folder=songs, progress=progress)
        _show_report(screen, report, songs, copied)
        _show_library(screen, library)
        _show_searches(screen, library)
        for heading, part in night(library):
            _print_part(screen, heading, part)
    _show_next(screen, database)


def _show_report(screen: Console, report: SyncReport, songs: Path, copied: int) -> None:
    from karaoke_persist.cli.output import visible

    if copied or report.added or report.updated:
        text = f"{copied} files laid out in {songs}, {report.added} songs added to the database"
    else:
        text = f"Nothing changed: the files in {songs} and the {report.songs} songs were all there"
    screen.print(visible(text), style="bold green", soft_wrap=True)


def _show_library(screen: Console, library: karaoke_persist.Library) -> None:
    """Artists and a song, side by side where there is room."""
    from rich.table import Table

    parts = (("Artists", _artists(library)), ("One song, as JSON", _song(library)))
    if screen.width < _TWO_COLUMNS or not screen.is_terminal:
        for heading, part in parts:
            _print_part(screen, heading, part)
        return
    grid = Table.grid(padding=(0, 4))
    grid.add_row(*(f"[bold]{heading}[/]" for heading, _ in parts))
    grid.add_row(*(part for _, part in parts))
    screen.print("", grid)


def _print_part(screen: Console, heading: str, part: RenderableType) -> None:
    screen.print("", f"[bold]{heading}[/]", part, sep="\n")


def _artists(library: karaoke_persist.Library) -> RenderableType:
    from karaoke_persist.cli.output import table

    return table(("artist", "songs"), library.songs.get_artists_with_counts(), numbers=("songs",))


def _song(library: karaoke_persist.Library) -> RenderableType:
    from rich.json import JSON

    song = library.songs.get_song_as_dict(SHOWN_SONG) or {}
    said = {name: value for name, value in song.items() if value not in (None, False, [], {})}
    return JSON.from_data(said, indent=2)


def _show_searches(screen: Console, library: karaoke_persist.Library) -> None:
    from karaoke_persist.cli.output import table

    rows = []
    for query in QUERIES:
        found, _ = library.songs.search_songs_paginated(query, limit=1)
        rows += [(query, song.title, song.artist) for song in found]
    _print_part(screen, "Search, whatever the case and the accents", table(("search", "finds", "by"), rows))


def _show_next(screen: Console, database: Path) -> None:
    from karaoke_persist.cli.output import visible

    url = shlex.quote(f"sqlite:///{database}")
    screen.print("\n[bold]The database[/] is", visible(database.absolute()), soft_wrap=True)
    screen.print("[bold]What to try next[/]")
    for command in (f"search foster --store {url}", f"queue list --store {url}", "backends", "sync ~/Music"):
        screen.print(visible(f"  {_command_name()} {command}"), style="cyan", soft_wrap=True)


def _command_name() -> str:
    """How this shell can call us again: a virtual environment need not be on its path."""
    return COMMAND if shutil.which(COMMAND) else shlex.quote(sys.argv[0])
