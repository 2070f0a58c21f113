"""`karaoke-persist import` and `import-oks`: bring in what an older application has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

import karaoke_persist
from karaoke_persist import ImportOutcome, RowNote
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Quiet, Store, backend_options
from karaoke_persist.cli.search import open_to_look
from karaoke_persist.cli.sync import refuse_forgetful
from karaoke_persist.cli.working import working
from karaoke_persist.transfer.importing.library_transfer import OKS
from karaoke_persist.urls import redacted

SHOWN_NOTES: Final = 10
_COLUMNS: Final = (
    "table",
    "read",
    "written",
    "filled",
    "updated",
    "unchanged",
    "present",
    "kept",
    "quarantined",
    "repaired",
    "gone",
)
_URGENT: Final = ("quarantined", "kept", "gone", "updated", "repaired")
"""The kinds of notes, those first that somebody has to look at."""

Format = Annotated[
    str, typer.Argument(metavar="FORMAT", help="oks, pikaraoke, karaoke-eternal, openkj, karafun, or a plugin's.")
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file to import. It is only read.")]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="What the source is called, if its rows are not to tell."),
]
Zone = Annotated[
    str | None, typer.Option("--zone", metavar="ZONE", help="Of times that name none, such as Europe/Paris.")
]
OldRoot = Annotated[
    str | None, typer.Option("--old-root", metavar="FOLDER", help="The library folder as the source knew it.")
]
Quarantine = Annotated[
    Path | None, typer.Option("--quarantine", metavar="PATH", help="Where to write the rows that cannot be imported.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


def import_file(
    form: Format,
    file: File,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    source: Source = None,
    zone: Zone = None,
    old_root: OldRoot = None,
    quarantine: Quarantine = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring in what another application has. Run again, it changes nothing that was changed or deleted here."""
    with (
        _opened(store, option, dry_run) as library,
        working("Importing rows", quiet=quiet, as_json=as_json) as progress,
    ):
        outcome = library.transfer.import_file(
            form,
            file,
            source=source,
            zone=zone,
            old_root=old_root,
            quarantine=quarantine,
            dry_run=dry_run,
            progress=progress,
        )
    _show(outcome, store, quiet=quiet, as_json=as_json)


def import_oks(
    file: File,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    source: Source = None,
    zone: Zone = None,
    old_root: OldRoot = None,
    quarantine: Quarantine = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring in a database of Open Karaoke Studio: `import oks`."""
    import_file(OKS, file, store, option, source, zone, old_root, quarantine, dry_run, quiet, as_json)


@contextmanager
def _opened(store: str, option: Iterable[str] | None, dry_run: bool) -> Iterator[karaoke_persist.Library]:
    if dry_run:
        with open_to_look(store, option) as library:
            yield library
        return
    with karaoke_persist.open(store, on_error="raise", backend_options=backend_options(option)) as library:
        refuse_forgetful(library)
        yield library


def _show(outcome: ImportOutcome, store: str, *, quiet: bool, as_json: bool) -> None:
    from karaoke_persist.cli.output import print_json

    if as_json:
        print_json(_as_dict(outcome))
    elif not quiet:
        _show_outcome(outcome, store)


def _as_dict(outcome: ImportOutcome) -> dict[str, Any]:
    return {
        "format": outcome.format,
        "source": outcome.source,
        "dry_run": outcome.dry_run,
        "tables": [asdict(table) for table in outcome.tables],
        "notes": [asdict(note) for note in outcome.notes],
        "unread": dict(outcome.unread),
        "quarantine": None if outcome.quarantine is None else str(outcome.quarantine),
    }


def _show_outcome(outcome: ImportOutcome, store: str) -> None:
    from karaoke_persist.cli.output import console, table, visible

    screen = console()
    rows = [[getattr(each, column) for column in _COLUMNS] for each in outcome.tables]
    shown = [place for place, column in enumerate(_COLUMNS) if column == "read" or any(row[place] for row in rows)]
    columns = [_COLUMNS[place] for place in shown]
    screen.print(table(columns, [[row[place] for place in shown] for row in rows], numbers=columns[1:]))
    _show_notes(outcome.notes)
    for name, count in outcome.unread.items():
        screen.print(visible(f"not imported: {name}, {count} rows"), soft_wrap=True)
    if outcome.quarantine is not None:
        screen.print(visible(f"The quarantined rows are in {outcome.quarantine}"), soft_wrap=True)
    done = "This was a dry run: nothing was changed in" if outcome.dry_run else "The songs are in"
    screen.print(visible(f"{done} {redacted(store)}"), style="dim", soft_wrap=True)


def _show_notes(notes: Sequence[RowNote]) -> None:
    from karaoke_persist.cli.output import console, visible

    screen = console()
    urgent = sorted(notes, key=lambda note: _URGENT.index(note.kind))
    for note in urgent[:SHOWN_NOTES]:
        place = " ".join([note.table, note.row, *([note.field] if note.field else [])])
        screen.print(visible(f"{note.kind}: {place}: {note.reason}"), style="yellow", soft_wrap=True)
    if len(urgent) > SHOWN_NOTES:
        screen.print(f"and {len(urgent) - SHOWN_NOTES} more; --json lists them all", style="yellow")
