"""`karaoke-persist copy`, `dump`, `load`, `backup` and `restore`: whole libraries, from one place to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

import karaoke_persist
from karaoke_persist import Library, transfer
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Quiet, Store, backend_options
from karaoke_persist.cli.search import open_existing
from karaoke_persist.cli.sync import refuse_forgetful
from karaoke_persist.cli.working import working
from karaoke_persist.transfer import BackupReport, CopyReport, DumpReport
from karaoke_persist.transfer.files import check_readable

Source = Annotated[str, typer.Argument(metavar="FROM", help="The database that is copied.")]
Target = Annotated[str, typer.Argument(metavar="TO", help="The database that it is copied into.")]
FromOptions = Annotated[
    list[str] | None,
    typer.Option("--from-option", metavar="NAME=VALUE", help="An option of the backend of FROM. May be repeated."),
]
ToOptions = Annotated[
    list[str] | None,
    typer.Option("--to-option", metavar="NAME=VALUE", help="An option of the backend of TO. May be repeated."),
]
Replace = Annotated[bool, typer.Option("--replace", help="Write over a database that is not empty.")]
NewArchive = Annotated[Path, typer.Argument(metavar="ARCHIVE", help="The file to write, which must not be there.")]
SomeArchive = Annotated[Path, typer.Argument(metavar="ARCHIVE", help="The file to load.")]
SomeBackup = Annotated[Path, typer.Argument(metavar="BACKUP", help="A backup, or an archive.")]
BackupFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the backups; it is made.")]
WithoutCredentials = Annotated[
    bool, typer.Option("--without-credentials", help="Leave the hashes of passwords out of the archive.")
]
Keep = Annotated[
    int | None, typer.Option("--keep", metavar="N", min=1, help="Keep the N newest backups of this database.")
]


def copy(
    source: Source,
    target: Target,
    from_option: FromOptions = None,
    to_option: ToOptions = None,
    replace: Replace = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Copy everything in one database into another, of whichever backends, and verify it.

    Run again, it rewrites what differs.
    """
    with (
        open_existing(source, from_option) as old,
        _opened_target(target, to_option) as new,
        working("Copying", quiet=quiet, as_json=as_json) as progress,
    ):
        report = transfer.copy(old, new, replace=replace, progress=progress)
    _show_copy(report, quiet, as_json)


def dump(
    archive: NewArchive,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    without_credentials: WithoutCredentials = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write everything in the database into one archive, which any version from this one on can load."""
    with open_existing(store, option) as library, working("Dumping", quiet=quiet, as_json=as_json) as progress:
        report = transfer.dump(library, archive, credentials=not without_credentials, progress=progress)
    _show_file(report, quiet, as_json)


def load(
    archive: SomeArchive,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    replace: Replace = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Load an archive into an empty database, after verifying all of it."""
    check_readable(archive)  # before a database is made for nothing
    with _opened_target(store, option) as library, working("Loading", quiet=quiet, as_json=as_json) as progress:
        report = transfer.load(archive, library, replace=replace, progress=progress)
    _show_copy(report, quiet, as_json)


def backup(
    folder: BackupFolder,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    keep: Keep = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a backup of the database into a folder, while everybody works on."""
    with open_existing(store, option) as library, working("Backing up", quiet=quiet, as_json=as_json) as progress:
        report = transfer.backup(library, folder, keep=keep, progress=progress)
    _show_file(report, quiet, as_json)


def restore(
    backup: SomeBackup,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    replace: Replace = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring a backup back into an empty database, of whichever backend, and verify it."""
    check_readable(backup)
    with _opened_target(store, option) as library, working("Restoring", quiet=quiet, as_json=as_json) as progress:
        report = transfer.restore(backup, library, replace=replace, progress=progress)
    _show_copy(report, quiet, as_json)


@contextmanager
def _opened_target(store: str, option: Iterable[str] | None) -> Iterator[Library]:
    """Open a store to copy into, also one that an earlier copy has left incomplete; it is made if it is not there."""
    options = backend_options(option)
    with karaoke_persist.open(store, on_error="raise", allow_incomplete=True, backend_options=options) as library:
        refuse_forgetful(library)
        yield library


def _show_copy(report: CopyReport, quiet: bool, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    told: dict[str, Any] = asdict(report)
    if as_json:
        print_json(told)
    elif not quiet:
        columns = ("rows", "ranges", "rewritten", "written", "deleted")
        counts = [sum(report.rows.values()) if name == "rows" else told[name] for name in columns]
        console().print(table(columns, [counts], numbers=columns))
        console().print("Everything was read back and is the same.", style="dim")


def _show_file(report: DumpReport | BackupReport, quiet: bool, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, visible

    if as_json:
        print_json(asdict(report))
    elif not quiet:
        console().print(visible(f"{report.path}, {report.size:,} bytes"), soft_wrap=True)
