"""`karaoke-persist schema`: where the schema of a database stands, and its upgrade."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import astuple
from typing import Annotated, Any, Final

import typer

from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Store, backend_options, command_line
from karaoke_persist.contract import StoreOptions
from karaoke_persist.errors import SchemaMismatch
from karaoke_persist.plugins import open_store
from karaoke_persist.urls import store_url

Migrate = Annotated[bool, typer.Option("--migrate", help="Create or upgrade the schema. Back the database up first.")]
_Standing = tuple[str, str | None, str]
"""How the schema compares, the revision that was found, and the one that is needed."""

_ADVICE: Final = {
    "absent": "Create it: karaoke-persist schema --migrate {store}",
    "behind": "Back the database up, then run: karaoke-persist schema --migrate {store}",
    "current": "Nothing to do.",
    "ahead": "A newer karaoke-persist wrote it; upgrade this one: pip install -U karaoke-persist",
}


def schema(
    store: Store = DEFAULT_STORE, option: BackendOptions = None, migrate: Migrate = False, as_json: Json = False
) -> None:
    """Show whether the schema of the database is absent, behind, current or ahead; with --migrate, make it current."""
    url, options = store_url(store), backend_options(option)
    standing = _migrated(url, options) if migrate else _found(url, options)
    _show(standing, command_line(store, option), as_json)


def _found(url: str, options: Mapping[str, Any]) -> _Standing:
    """The state of the schema. Looking makes no database."""
    try:
        with closing(open_store(url, StoreOptions(create_schema=False, backend_options=options))) as store:
            return astuple(store.schema())
    except SchemaMismatch as error:
        return error.state, error.found, error.expected


def _migrated(url: str, options: Mapping[str, Any]) -> _Standing:
    with closing(open_store(url, StoreOptions(check_schema=False, backend_options=options))) as store:
        return astuple(store.migrate())


def _show(standing: _Standing, store: str, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table, visible

    state, found, expected = standing
    if as_json:
        print_json({"state": state, "found": found, "expected": expected})
        return
    screen = console()
    screen.print(table(("schema", "found", "expected"), [(state, found or "none", expected)]))
    screen.print(visible(_ADVICE[state].format(store=store)), soft_wrap=True)
