"""`karaoke-persist schema`: where the schema of a database stands, and its upgrade."""

from __future__ import annotations

from contextlib import closing
from dataclasses import astuple
from typing import Annotated, Final

import typer

from karaoke_persist.cli.options import DEFAULT_STORE, Json, Store
from karaoke_persist.contract import StoreOptions
from karaoke_persist.errors import SchemaMismatch
from karaoke_persist.plugins import open_store
from karaoke_persist.urls import redacted, store_url

Migrate = Annotated[bool, typer.Option("--migrate", help="Create or upgrade the schema. Back the database up first.")]
_Standing = tuple[str, str | None, str]
"""How the schema compares, the revision that was found, and the one that is needed."""

_ADVICE: Final = {
    "absent": "Create it: karaoke-persist schema --migrate --store {store}",
    "behind": "Back the database up, then run: karaoke-persist schema --migrate --store {store}",
    "current": "Nothing to do.",
    "ahead": "A newer karaoke-persist wrote it; upgrade this one: pip install -U karaoke-persist",
}


def schema(store: Store = DEFAULT_STORE, migrate: Migrate = False, as_json: Json = False) -> None:
    """Show whether the schema of the database is absent, behind, current or ahead; with --migrate, make it current."""
    url = store_url(store)
    _show(_migrated(url) if migrate else _found(url), redacted(store), as_json)


def _found(url: str) -> _Standing:
    """The state of the schema. Looking makes no database."""
    try:
        with closing(open_store(url, StoreOptions(create_schema=False))) as store:
            return astuple(store.schema())
    except SchemaMismatch as error:
        return error.state, error.found, error.expected


def _migrated(url: str) -> _Standing:
    with closing(open_store(url, StoreOptions(check_schema=False))) as store:
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
