"""`karaoke-persist check`: whether what is derived from the songs agrees with them, and they with their folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import typer

import karaoke_persist
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Store, command_line
from karaoke_persist.cli.search import open_existing
from karaoke_persist.cli.working import working
from karaoke_persist.contract import Finding, Progress
from karaoke_persist.media import MAIN, MediaCheck

Repair = Annotated[bool, typer.Option("--repair", help="Mend what is found.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]

Folder = Annotated[
    Path | None, typer.Option("--folder", metavar="FOLDER", help="A folder of songs that is compared as well.")
]
Root = Annotated[str, typer.Option("--root", metavar="NAME", help="What the database calls that folder.")]

_SHOWN: Final = 10
_TITLES: Final = {
    "songsWithoutFiles": "songs without files",
    "missingStems": "files that are gone",
    "foreignPaths": "paths of an older database",
    "filesWithoutSongs": "files without songs",
    "ignored": "ignored files",
    "unreadable": "unreadable files",
    "removals": "files that are still to go",
}


def check(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    folder: Folder = None,
    root: Root = MAIN,
    repair: Repair = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare readings and the index of search with the songs, and the songs with a folder if one is given.

    Exits with 1 if something is found and not mended.
    """
    from karaoke_persist.cli.output import print_json

    roots = {} if folder is None else {root: folder}
    with open_existing(store, option, roots=roots) as library:
        with working("Checking", quiet=quiet, as_json=as_json) as progress:
            findings = library.check(repair=repair, progress=progress)
        media = None
        if folder is not None:
            with working("Comparing the folder", quiet=quiet, as_json=as_json) as progress:
                media = _folder(library, root, repair, progress)
    if as_json:
        found = [{"kind": each.kind, "key": each.key, "problem": each.problem} for each in findings]
        more = {} if media is None else {"folder": media.to_dict()}
        print_json({"findings": found, "repaired": repair, **more})
    else:
        _show(findings, repair, command_line(store, option))
        _show_folder(media, folder)
    if (findings and not repair) or not (media is None or media.is_clean):
        raise typer.Exit(1)


def _folder(library: karaoke_persist.Library, root: str, repair: bool, progress: Progress) -> MediaCheck:
    """What disagrees with the folder; with `repair`, what is left when removals are finished and paths are mapped."""
    if repair:
        library.media.repair(root, progress=progress)
    return library.media.check(root, progress=progress)


def _show_folder(found: MediaCheck | None, folder: Path | None) -> None:
    from karaoke_persist.cli.output import console, table, visible

    if found is None:
        return
    screen, told = console(), found.to_dict()
    rows = [(_TITLES[name], len(values)) for name, values in told.items() if values]
    if found.is_clean:
        screen.print("The folder agrees.")
        return
    screen.print(table(("in the folder", "number"), rows, numbers=("number",)))
    for name, values in told.items():
        for value in values[:_SHOWN]:
            screen.print(visible(f"{_TITLES[name]}: {_line(value)}"), soft_wrap=True)
    screen.print(visible(f"Bring database and folder in step: karaoke-persist sync {folder}"))


def _line(value: str | dict[str, str]) -> str:
    return value if isinstance(value, str) else ", ".join(f"{each}" for each in value.values() if each)


def _show(findings: list[Finding], repair: bool, store: str) -> None:
    from karaoke_persist.cli.output import console, table, visible

    screen = console()
    if not findings:
        screen.print("Everything agrees.")
        return
    screen.print(table(("what", "key", "problem"), [(each.kind, each.key, each.problem) for each in findings[:_SHOWN]]))
    if len(findings) > _SHOWN:
        screen.print(f"and {len(findings) - _SHOWN} more")
    counts = Counter(each.kind for each in findings)
    screen.print(visible(", ".join(f"{kind} {number}" for kind, number in sorted(counts.items()))))
    screen.print("All of it was mended." if repair else visible(f"Mend it: karaoke-persist check --repair {store}"))
