"""`karaoke-persist search` and `complete`: find songs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import typer

import karaoke_persist
from karaoke_persist import SchemaMismatch, SearchPage
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Store, backend_options, command_line
from karaoke_persist.errors import Unavailable
from karaoke_persist.urls import redacted

NO_ROOTS: Final[Mapping[str, Path]] = MappingProxyType({})

Query = Annotated[str, typer.Argument(metavar="QUERY", help="Words of title, artist or album, in any case and accent.")]
Beginning = Annotated[str, typer.Argument(metavar="TEXT", help="The beginning of a title or an artist's name.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1_000, help="How many songs to show.")]
Guest = Annotated[bool, typer.Option("--guest", help="As guests see it: without the hidden songs.")]
Missing = Annotated[bool, typer.Option("--missing", help="Find songs too of which nothing can be played any more.")]
Facets = Annotated[bool, typer.Option("--facets", help="Count languages, genres, decades and artists as well.")]
Sort = Annotated[
    Literal["relevance", "title", "artist", "album", "year", "date_added", "plays"],
    typer.Option("--sort", metavar="FIELD", help="relevance, title, artist, album, year, date_added or plays."),
]


def search(
    query: Query,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    limit: Limit = 20,
    sort: Sort = "relevance",
    facets: Facets = False,
    guest: Guest = False,
    missing: Missing = False,
    as_json: Json = False,
) -> None:
    """Find the songs that hold every word, the best first. Case and accents are forgiven.

    "a phrase", -without, artist:NAME, title:, album:, year:1990..1999, language:, genre:, has:lyrics
    """
    wanted: Any = ("language", "genre", "decade", "artist") if facets else ()
    with open_existing(store, option) as library:
        page = library.songs.search(
            query,
            limit=limit,
            sort_by=sort,
            total="exact",
            facets=wanted,
            near=True,
            guest=guest,
            missing=missing,
        )
    _show(page, as_json)


def complete(
    text: Beginning,
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    limit: Limit = 10,
    guest: Guest = False,
    as_json: Json = False,
) -> None:
    """Show what a text may be the beginning of: what was sung most, then artists and songs in turn."""
    from karaoke_persist.cli.output import console, print_json, table

    with open_existing(store, option) as library:
        found = library.songs.complete(text, limit=limit, guest=guest)
    if as_json:
        keys = ("kind", "text", "artist", "song_id", "plays")
        print_json([{key: getattr(each, key) for key in keys} for each in found])
    elif found:
        rows = [(each.text, "" if each.kind == "artist" else each.artist, each.plays) for each in found]
        console().print(table(("name", "by", "sung"), rows, numbers=("sung",)))


def open_existing(
    store: str, option: Iterable[str] | None = None, *, roots: Mapping[str, Path] = NO_ROOTS
) -> karaoke_persist.Library:
    """Open a library without making one."""
    library = _open_if_there(store, option, roots)
    if library is None:
        remedy = f"Make one: karaoke-persist sync FOLDER {command_line(store, option)}"
        raise Unavailable(f"there is no karaoke library in {redacted(store)}", remedy, retryable=False)
    return library


def open_to_look(
    store: str, option: Iterable[str] | None = None, *, roots: Mapping[str, Path] = NO_ROOTS
) -> karaoke_persist.Library:
    """Open a library for a dry run: where there is none, an empty one that leaves nothing behind."""
    return _open_if_there(store, option, roots) or karaoke_persist.open("memory://", on_error="raise", roots=roots)


def _open_if_there(
    store: str, option: Iterable[str] | None, roots: Mapping[str, Path]
) -> karaoke_persist.Library | None:
    options = backend_options(option)
    try:
        return karaoke_persist.open(store, on_error="raise", create_schema=False, roots=roots, backend_options=options)
    except SchemaMismatch as error:
        if error.state != "absent":
            raise
        return None


def _show(page: SearchPage, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, table

    if as_json:
        print_json(_as_json(page))
        return
    screen = console()
    if page.items:
        rows = [(song.title, song.artist, song.album or "") for song in (hit.song for hit in page.items)]
        screen.print(table(("title", "artist", "album"), rows))
    screen.print(_summary(len(page.items), page.total or 0))
    for facet, counts in page.facets.items():
        values = "too many songs" if counts is None else ", ".join(f"{each.value} {each.songs}" for each in counts)
        screen.print(f"{facet}: {values}", markup=False, soft_wrap=True)
    _show_what_was_meant(page)


def _show_what_was_meant(page: SearchPage) -> None:
    from karaoke_persist.cli.output import console, table

    if page.near_artists:
        console().print(f"Did you mean {', '.join(page.near_artists)}?", markup=False, soft_wrap=True)
    if page.near:
        console().print(table(("perhaps", "artist"), [(song.title, song.artist) for song in page.near]))


def _as_json(page: SearchPage) -> dict[str, Any]:
    facets = {
        facet: None if counts is None else [{"value": each.value, "songs": each.songs} for each in counts]
        for facet, counts in page.facets.items()
    }
    return {
        "total": page.total,
        "songs": [hit.song.to_dict() for hit in page.items],
        "highlights": [{name: list(map(list, spans)) for name, spans in hit.highlights.items()} for hit in page.items],
        **({"facets": facets} if facets else {}),
        "near": [song.to_dict() for song in page.near],
        "nearArtists": list(page.near_artists),
    }


def _summary(shown: int, total: int) -> str:
    if not total:
        return "No song holds all of these words."
    songs = "1 song" if total == 1 else f"{total} songs"
    return songs if shown == total else f"{songs}, the first {shown} shown"
