"""`karaoke-persist songbook`: the list of songs, for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from karaoke_persist import transfer
from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Quiet, Store
from karaoke_persist.cli.search import open_existing
from karaoke_persist.cli.working import working
from karaoke_persist.errors import BadOption
from karaoke_persist.transfer.files import translated

Format = Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="html, csv or json.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")]
Title = Annotated[str, typer.Option("--title", metavar="TEXT", help="What the book is called.")]


def songbook(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    form: Format = None,
    output: Output = None,
    title: Title = "Songbook",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write the songbook: a page to print, by artist and by title, or a table as CSV or JSON.

    Hidden songs are left out. Without --format the name of the file says which; on standard output it is html.
    With --json, what is written to standard output is JSON: the book itself, or where it was written to.
    """
    chosen = _format(form, output, as_json)
    with open_existing(store, option) as library, working("Listing", quiet=quiet, as_json=as_json) as progress:
        text = transfer.songbook(library, chosen, title, progress=progress)
    if output is None:
        typer.echo(text, nl=False)
        return
    with translated(output):
        output.write_text(text, encoding="utf-8", newline="")
    _show(output, chosen, quiet, as_json)


def _format(form: str | None, output: Path | None, as_json: bool) -> Any:
    """As it is said, or as the name of the file, or the wish for JSON, says."""
    if output is None and as_json:
        if form not in (None, "json"):
            raise BadOption("--json", f"standard output cannot be {form} too", "Name a file by --output.")
        return "json"
    return form or (output and output.suffix.removeprefix(".").lower()) or "html"


def _show(output: Path, form: str, quiet: bool, as_json: bool) -> None:
    from karaoke_persist.cli.output import console, print_json, visible

    size = output.stat().st_size
    if as_json:
        print_json({"path": str(output), "format": form, "size": size})
    elif not quiet:
        console().print(visible(f"{output}, {size:,} bytes"), soft_wrap=True)
