"""`karaoke-persist sync`: bring a folder of songs into the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

import karaoke_persist
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Quiet, Store, backend_options
from karaoke_persist.contract import Capability
from karaoke_persist.errors import Unsupported
from karaoke_persist.media import MAIN, SyncReport, readable_root
from karaoke_persist.urls import redacted

SHOWN_PROBLEMS: Final = 10

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that holds the songs.")]
Root = Annotated[
    str, typer.Option("--root", metavar="NAME", help="What the database calls this folder; one name for each folder.")
]


def sync(
    folder: Folder,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    root: Root = MAIN,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring a folder of tagged audio files, or of song folders with stems, into the database.

    Songs that are there get what they lack, and keep what they have; none is deleted.
    """
    from karaoke_persist.cli.output import print_json, progress_bar

    readable_root(folder)  # before a database is made for nothing
    with (
        karaoke_persist.open(store, on_error="raise", backend_options=backend_options(option)) as library,
        progress_bar("Reading songs", show=not (quiet or as_json)) as progress,
    ):
        refuse_forgetful(library)
        report = library.media.sync(root, folder=folder, progress=progress)
    if as_json:
        print_json(_as_dict(report))
    elif not quiet:
        _show(report, store)


def refuse_forgetful(library: karaoke_persist.Library) -> None:
    """A store that ends with this command would only pretend to have kept the songs."""
    info = library.store.info
    if Capability.PERSISTENT not in info.capabilities:
        raise Unsupported(f"{info.scheme}://", "keeping songs once this command has ended", "Use sqlite:///karaoke.db")


def _as_dict(report: SyncReport) -> dict[str, object]:
    return {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "missing": report.missing,
        "unreadable": [{"path": path, "reason": reason} for path, reason in report.unreadable],
    }


def _show(report: SyncReport, store: str) -> None:
    from karaoke_persist.cli.output import console, table, visible

    screen, bad = console(), report.unreadable
    counts = (report.added, report.updated, report.unchanged, report.missing, len(bad))
    columns = ("added", "updated", "unchanged", "missing", "unreadable")
    screen.print(table(columns, [counts], numbers=columns))
    for path, reason in bad[:SHOWN_PROBLEMS]:
        screen.print(visible(f"{path}: {reason}"), style="yellow", soft_wrap=True)
    if len(bad) > SHOWN_PROBLEMS:
        screen.print(f"and {len(bad) - SHOWN_PROBLEMS} more; --json lists them all", style="yellow")
    if report.missing:
        screen.print("Missing songs are kept. If this is another folder than last time, give it a name: --root NAME")
    screen.print(visible(f"The songs are in {redacted(store)}"), style="dim", soft_wrap=True)
