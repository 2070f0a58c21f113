"""`karaoke-persist schema`: where the schema of a database stands, and its upgrade."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import astuple
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from karaoke_persist import transfer
from karaoke_persist.cli.options import (
    DEFAULT_STORE,
    BackendOptions,
    Json,
    Quiet,
    Store,
    backend_options,
    command_line,
)
from karaoke_persist.cli.working import working
from karaoke_persist.contract import StoreOptions
from karaoke_persist.errors import SchemaMismatch
from karaoke_persist.plugins import open_store
from karaoke_persist.transfer.backups.migrating import FOLDER
from karaoke_persist.urls import store_url

Migrate = Annotated[bool, typer.Option("--migrate", help="Create or upgrade the schema, after a backup.")]
Backups = Annotated[Path, typer.Option("--backups", metavar="FOLDER", help="Where the backup before an upgrade goes.")]
NoBackup = Annotated[bool, typer.Option("--no-backup", help="Upgrade without a backup.")]
_Standing = tuple[str, str | None, str]
"""How the schema compares, the revision that was found, and the one that is needed."""

_ADVICE: Final = {
    "absent": "Create it: karaoke-persist schema --migrate {store}",
    "behind": "Upgrade it, after a backup: karaoke-persist schema --migrate {store}",
    "current": "Nothing to do.",
    "ahead": "A newer karaoke-persist wrote it; upgrade this one: pip install -U karaoke-persist",
}


def schema(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    migrate: Migrate = False,
    backups: Backups = Path(FOLDER),
    no_backup: NoBackup = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Show whether the schema of the database is absent, behind, current or ahead; with --migrate, make it current.

    An older schema is upgraded after a backup, which is made while others work.
    """
    url, options = store_url(store), backend_options(option)
    backup = None
    if migrate:
        with working("Upgrading", quiet=quiet, as_json=as_json) as progress:
            where = None if no_backup else backups
            done = transfer.migrate(url, backups=where, progress=progress, backend_options=options)
        standing: _Standing = astuple(done.after)
        backup = None if done.backup is None else done.backup.path
    else:
        standing = _found(url, options)
    if as_json or not quiet:
        _show(standing, command_line(store, option), backup, as_json)


def _found(url: str, options: Mapping[str, Any]) -> _Standing:
    """The state of the schema. Looking makes no database."""
    try:
        with closing(open_store(url, StoreOptions(create_schema=False, backend_options=options))) as store:
            return astuple(store.schema())
    except SchemaMismatch as error:
        return error.state, error.found, error.expected


def _show(standing: _Standing, store: str, backup: str | None, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table, visible

    state, found, expected = standing
    if as_json:
        print_json({"state": state, "found": found, "expected": expected, **({"backup": backup} if backup else {})})
        return
    screen = console()
    screen.print(table(("schema", "found", "expected"), [(state, found or "none", expected)]))
    if backup:
        screen.print(visible(f"What was there is in {backup}"), soft_wrap=True)
    screen.print(visible(_ADVICE[state].format(store=store)), soft_wrap=True)
