"""`karaoke-persist schema`: where the schema of a database stands, and its upgrade."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
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
from karaoke_persist.contract import SchemaState, StoreOptions
from karaoke_persist.errors import SchemaMismatch
from karaoke_persist.plugins import open_store
from karaoke_persist.transfer.backups.migrating import FOLDER
from karaoke_persist.urls import store_url

Migrate = Annotated[bool, typer.Option("--migrate", help="Create or upgrade the schema, after a backup.")]
Backups = Annotated[Path, typer.Option("--backups", metavar="FOLDER", help="Where the backup before an upgrade goes.")]
NoBackup = Annotated[bool, typer.Option("--no-backup", help="Upgrade without a backup.")]

_ADVICE: Final = {
    "absent": "Create it: karaoke-persist schema --migrate {store}",
    "behind": "Upgrade it, after a backup: karaoke-persist schema --migrate {store}",
    "current": "Nothing to do.",
    "ahead": "A newer karaoke-persist wrote it; upgrade this one: pip install -U karaoke-persist",
}
_OLD_RULES: Final = (
    "Search still goes by older rules. Make its index anew, while others work: karaoke-persist schema --migrate {store}"
)


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
        standing = done.after
        backup = None if done.backup is None else done.backup.path
    else:
        standing = _found(url, options)
    if as_json or not quiet:
        _show(standing, command_line(store, option), backup, as_json)


def _found(url: str, options: Mapping[str, Any]) -> SchemaState:
    """The state of the schema. Looking makes no database."""
    try:
        with closing(open_store(url, StoreOptions(create_schema=False, backend_options=options))) as store:
            return store.schema()
    except SchemaMismatch as error:
        return SchemaState(error.state, error.found, error.expected)


def _show(standing: SchemaState, store: str, backup: str | None, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table, visible

    if as_json:
        told = {**asdict(standing), "backup": backup}
        print_json({name: value for name, value in told.items() if value is not None or name == "found"})
        return
    screen = console()
    row = standing.state, standing.found or "none", standing.expected
    screen.print(table(("schema", "found", "expected"), [row]))
    if backup:
        screen.print(visible(f"What was there is in {backup}"), soft_wrap=True)
    screen.print(visible(_advice(standing).format(store=store)), soft_wrap=True)


def _advice(standing: SchemaState) -> str:
    return _ADVICE[standing.state] if standing.old_rules is None else _OLD_RULES
