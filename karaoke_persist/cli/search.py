"""`karaoke-persist search`: find songs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

import karaoke_persist
from karaoke_persist import SchemaMismatch, Song
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Store, backend_options, command_line
from karaoke_persist.errors import Unavailable
from karaoke_persist.urls import redacted

Query = Annotated[str, typer.Argument(metavar="QUERY", help="Words of title, artist or album, in any case and accent.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1_000, help="How many songs to show.")]

Guest = Annotated[bool, typer.Option("--guest", help="As guests see it: without the hidden songs.")]


def search(
    query: Query,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    limit: Limit = 20,
    guest: Guest = False,
    as_json: Json = False,
) -> None:
    """Find the songs that hold every word, the best first. Case and accents are forgiven."""
    with open_existing(store, option) as library:
        songs, total = library.songs.search_songs_paginated(query, limit=limit, offset=0, guest=guest)
    _show(songs, total, as_json)


def open_existing(store: str, option: Iterable[str] | None = None) -> karaoke_persist.Library:
    """Open a library without making one."""
    options = backend_options(option)
    try:
        return karaoke_persist.open(store, on_error="raise", create_schema=False, backend_options=options)
    except SchemaMismatch as error:
        if error.state != "absent":
            raise
        remedy = f"Make one: karaoke-persist sync FOLDER {command_line(store, option)}"
        raise Unavailable(f"there is no karaoke library in {redacted(store)}", remedy, retryable=False) from error


def _show(songs: list[Song], total: int, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    if as_json:
        print_json({"total": total, "songs": [song.to_dict() for song in songs]})
        return
    screen = console()
    if songs:
        screen.print(table(("title", "artist", "album"), [(s.title, s.artist, s.album or "") for s in songs]))
    screen.print(_summary(len(songs), total))


def _summary(shown: int, total: int) -> str:
    if not total:
        return "No song holds all of these words."
    songs = "1 song" if total == 1 else f"{total} songs"
    return songs if shown == total else f"{songs}, the first {shown} shown"
