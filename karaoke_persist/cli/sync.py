"""`karaoke-persist sync` and `purge`: keep a database in step with a folder of songs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

import karaoke_persist
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Quiet, Store, backend_options
from karaoke_persist.cli.search import open_existing, open_to_look
from karaoke_persist.cli.working import working
from karaoke_persist.contract import Capability
from karaoke_persist.errors import BadOption, Unavailable, Unsupported
from karaoke_persist.media import MAIN, Plan, SyncReport, readable_root
from karaoke_persist.urls import redacted

if TYPE_CHECKING:
    from rich.console import Console

SHOWN: Final = 10

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that holds the songs.")]
Root = Annotated[
    str, typer.Option("--root", metavar="NAME", help="What the database calls this folder; one name for each folder.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")]
AcceptMissing = Annotated[
    bool, typer.Option("--accept-missing", help="Mark songs missing even if most files are gone, or the folder.")
]
IncludeIgnored = Annotated[
    bool, typer.Option("--include-ignored", help="Bring songs back that were deleted while their files stayed.")
]
Checksums = Annotated[
    bool, typer.Option("--checksums", help="Read every song without a checksum whole, and store its checksum.")
]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", min=0, help="How many processes read; 0 reads in this one.")
]
Watch = Annotated[bool, typer.Option("--watch", help="Go on, and sync again whenever something changes.")]
Days = Annotated[int, typer.Option("--days", metavar="N", min=0, help="How long a song must have been missing.")]


def sync(
    folder: Folder,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    root: Root = MAIN,
    dry_run: DryRun = False,
    accept_missing: AcceptMissing = False,
    include_ignored: IncludeIgnored = False,
    checksums: Checksums = False,
    workers: Workers = None,
    watch: Watch = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring a folder of songs into the database, or bring the database in step with it.

    What people changed is left alone. No song is deleted: one whose files are gone is marked missing.
    """
    _look_first(folder, accept_missing)
    if watch and (dry_run or as_json):
        raise BadOption(
            "--watch", "it goes on, and cannot be a dry run or one answer in JSON", "Leave one of them out."
        )
    ways = {"folder": folder, "accept_missing": accept_missing, "include_ignored": include_ignored, "workers": workers}
    roots = {root: folder}
    if dry_run:
        with open_to_look(store, option, roots=roots) as library:
            _dry_run(library, root, ways, quiet, as_json)
        return
    with karaoke_persist.open(store, on_error="raise", roots=roots, backend_options=backend_options(option)) as library:
        refuse_forgetful(library)
        _sync(library, root, ways, store, quiet, as_json, checksums)
        if watch:
            library.media.watch(root, folder=folder, told=lambda report: None if quiet else _show_change(report))


def purge(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    root: Root = MAIN,
    days: Days = 30,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Delete the songs that have been missing for long, and at the last two scans, with what hangs on them."""
    from karaoke_persist.cli.output import console, print_json

    with open_existing(store, option) as library, working("Purging", quiet=quiet, as_json=as_json) as progress:
        report = library.media.purge(root, days=days, progress=progress)
    if as_json:
        print_json({"songs": report.songs, "files": report.files, "kept": list(report.kept)})
    elif not quiet:
        console().print(f"{report.songs} songs deleted, {report.files} files forgotten")


def _look_first(folder: Path, accept_missing: bool) -> None:
    """Before a database is made for nothing."""
    try:
        readable_root(folder)
    except Unavailable:
        if not accept_missing:
            raise


def _sync(
    library: karaoke_persist.Library,
    root: str,
    ways: dict[str, Any],
    store: str,
    quiet: bool,
    as_json: bool,
    checksums: bool,
) -> None:
    from karaoke_persist.cli.output import print_json

    with working("Reading songs", quiet=quiet, as_json=as_json) as progress:
        report = library.media.sync(root, progress=progress, **ways)
    if checksums:
        with working("Reading whole files", quiet=quiet, as_json=as_json) as progress:
            library.media.add_checksums(root, progress=progress)
    if as_json:
        print_json(_as_dict(report))
    elif not quiet:
        _show(report, store)


def _dry_run(library: karaoke_persist.Library, root: str, ways: dict[str, Any], quiet: bool, as_json: bool) -> None:
    from karaoke_persist.cli.output import print_json

    with working("Reading songs", quiet=quiet, as_json=as_json) as progress:
        plan = library.media.plan(root, progress=progress, **ways)
    if as_json:
        print_json(_plan_as_dict(plan))
    elif not quiet:
        _show_plan(plan)


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
        "moved": report.moved,
        "restored": report.restored,
        "unreadable": [{"path": path, "reason": reason} for path, reason in report.unreadable],
        "ambiguous": [{"gone": list(each.gone), "new": list(each.new)} for each in report.ambiguous],
        "stale": list(report.stale),
        "guarded": dict(report.guarded),
    }


def _plan_as_dict(plan: Plan) -> dict[str, object]:
    songs = {"added": plan.added, "changed": plan.changed}
    files = {"missing": plan.missing, "restored": plan.restored}
    return {
        **{
            name: [
                {
                    "id": song.song_id,
                    "title": song.title,
                    "artist": song.artist,
                    "confidence": song.confidence,
                    "paths": list(song.paths),
                }
                for song in found
            ]
            for name, found in songs.items()
        },
        "moved": [{"id": move.song_id, "was": move.was, "path": move.path} for move in plan.moved],
        **{name: [{"id": file.song_id, "path": file.path} for file in found] for name, found in files.items()},
        "unreadable": [{"path": path, "reason": reason} for path, reason in plan.unreadable],
        "ambiguous": [{"gone": list(each.gone), "new": list(each.new)} for each in plan.ambiguous],
        "guard": plan.guard,
    }


def _show(report: SyncReport, store: str) -> None:
    from karaoke_persist.cli.output import console, table, visible

    screen, bad = console(), report.unreadable
    counts = (report.added, report.updated, report.unchanged, report.missing, len(bad))
    columns = ("added", "updated", "unchanged", "missing", "unreadable")
    screen.print(table(columns, [counts], numbers=columns))
    _show_some(screen, [f"{path}: {reason}" for path, reason in bad])
    _show_some(screen, [f"{', '.join(each.gone)}: may be any of {', '.join(each.new)}" for each in report.ambiguous])
    _show_some(screen, [f"{path}: it changed meanwhile, and is left for the next sync" for path in report.stale])
    for reason in report.guarded.values():
        told = f"{reason}: nothing was marked missing. If that is right, say --accept-missing; if this is another"
        screen.print(visible(f"{told} folder than last time, give it a name: --root NAME"), style="yellow")
    if report.missing:
        screen.print("Missing songs are kept, with what hangs on them; karaoke-persist purge deletes them one day")
    screen.print(visible(f"The songs are in {redacted(store)}"), style="dim", soft_wrap=True)


def _show_plan(plan: Plan) -> None:
    from karaoke_persist.cli.output import console, table

    screen = console()
    songs = [("add", song) for song in plan.added] + [("change", song) for song in plan.changed]
    rows: list[Sequence[object]] = [
        (what, song.title, song.artist, f"{song.confidence:.0%}", song.paths[0]) for what, song in songs
    ]
    rows += [("move", "", "", "", f"{move.was} -> {move.path}") for move in plan.moved]
    rows += [("miss", "", "", "", file.path) for file in plan.missing]
    rows += [("restore", "", "", "", file.path) for file in plan.restored]
    screen.print(table(("", "title", "artist", "sure", "path"), rows) if rows else "Nothing would change")
    _show_some(screen, [f"{path}: {reason}" for path, reason in plan.unreadable])
    _show_some(screen, [f"{', '.join(each.gone)}: may be any of {', '.join(each.new)}" for each in plan.ambiguous])
    if plan.guard is not None:
        _show_some(screen, [f"{plan.guard}: nothing would be marked missing without --accept-missing"])


def _show_change(report: SyncReport) -> None:
    from karaoke_persist.cli.output import console

    if report.added or report.updated or report.missing:
        console().print(f"{report.added} added, {report.updated} updated, {report.missing} missing")


def _show_some(screen: Console, lines: Iterable[str]) -> None:
    from karaoke_persist.cli.output import visible

    every = list(lines)
    for line in every[:SHOWN]:
        screen.print(visible(line), style="yellow", soft_wrap=True)
    if len(every) > SHOWN:
        screen.print(f"and {len(every) - SHOWN} more; --json lists them all", style="yellow")
