"""`karaoke-persist songbook`: the list of songs, for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from karaoke_persist import transfer
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Store
from karaoke_persist.cli.search import open_existing

Format = Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="html, csv or json.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")]
Title = Annotated[str, typer.Option("--title", metavar="TEXT", help="What the book is called.")]


def songbook(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    form: Format = None,
    output: Output = None,
    title: Title = "Songbook",
) -> None:
    """Write the songbook: a page to print, by artist and by title, or a table as CSV or JSON.

    Hidden songs are left out. Without --format the name of the file says which; on standard output it is html.
    """
    chosen: Any = form or (output and output.suffix.removeprefix(".").lower()) or "html"
    with open_existing(store, option) as library:
        text = transfer.songbook(library, chosen, title)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8", newline="")
