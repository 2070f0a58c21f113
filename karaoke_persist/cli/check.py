"""`karaoke-persist check`: whether what is derived from the songs agrees with them."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

import typer

from karaoke_persist.cli.options import DEFAULT_STORE, BackendOptions, Json, Store, command_line
from karaoke_persist.cli.search import open_existing
from karaoke_persist.contract import Finding

Repair = Annotated[bool, typer.Option("--repair", help="Mend what is found.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]

_SHOWN: Final = 10


def check(
    store: Store = DEFAULT_STORE,
    option: BackendOptions = None,
    repair: Repair = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare readings and the index of search with the songs. Exits with 1 if something is found and not mended."""
    from karaoke_persist.cli.output import print_json, progress_bar

    with open_existing(store, option) as library, progress_bar("checking", show=not quiet) as progress:
        findings = library.check(repair=repair, progress=progress)
    if as_json:
        found = [{"kind": each.kind, "key": each.key, "problem": each.problem} for each in findings]
        print_json({"findings": found, "repaired": repair})
    else:
        _show(findings, repair, command_line(store, option))
    if findings and not repair:
        raise typer.Exit(1)


def _show(findings: list[Finding], repair: bool, store: str) -> None:
    from karaoke_persist.cli.output import console, table, visible

    screen = console()
    if not findings:
        screen.print("Everything agrees.")
        return
    screen.print(table(("what", "key", "problem"), [(each.kind, each.key, each.problem) for each in findings[:_SHOWN]]))
    if len(findings) > _SHOWN:
        screen.print(f"and {len(findings) - _SHOWN} more")
    counts = Counter(each.kind for each in findings)
    screen.print(visible(", ".join(f"{kind} {number}" for kind, number in sorted(counts.items()))))
    screen.print("All of it was mended." if repair else visible(f"Mend it: karaoke-persist check --repair {store}"))
