"""`karaoke-persist conformance`: whether a backend keeps the contract."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from karaoke_persist.cli.options import BackendOptions, Json, backend_options
from karaoke_persist.errors import BadOption, ConfigurationError
from karaoke_persist.urls import redacted, store_url

if TYPE_CHECKING:
    from karaoke_persist.testing.running import Result, Run

Url = Annotated[
    str, typer.Argument(metavar="URL", help="An empty store; {name} in it stands for the name of a database.")
]
LevelOption = Annotated[Literal["core", "full"], typer.Option("--level", help="How much of the contract to ask for.")]
Gaps = Annotated[
    list[str] | None,
    typer.Option("--known-gap", metavar="ID=REASON", help="A rule that is known not to hold yet. May be repeated."),
]
_SHOWN = ("passed", "failed", "gap", "skipped")


def conformance(
    url: Url,
    option: BackendOptions = None,
    level: LevelOption = "full",
    known_gap: Gaps = None,
    as_json: Json = False,
) -> None:
    """Run the conformance kit against an empty store, and say which rules hold."""
    from karaoke_persist.cli.output import print_json, progress_bar

    for needed in ("pytest", "hypothesis"):
        if find_spec(needed) is None:
            raise ConfigurationError(
                f"the conformance kit needs {needed}. Install it: pip install 'karaoke-persist[testing]'"
            )
    from karaoke_persist.testing.handles import Place
    from karaoke_persist.testing.running import run_kit

    place = Place(store_url(url), {"backend_options": backend_options(option)})
    gaps = _known_gaps(known_gap or [])
    with progress_bar("rules", show=not as_json) as progress:
        run = run_kit(place, level=level, known_gaps=gaps, progress=progress)
    if as_json:
        print_json(_as_dict(run))
    else:
        _show(run)
    if run.failed:
        raise typer.Exit(1)


def _known_gaps(given: list[str]) -> list[tuple[str, str]]:
    from karaoke_persist.testing import all_rules

    known = {rule.id for rule in all_rules()}
    gaps = []
    for gap in given:
        rule_id, _, reason = gap.partition("=")
        if rule_id not in known or not reason.strip():
            raise BadOption("--known-gap", f"{gap!r} is not the id of a rule, = and a reason", "Example: T3-02=slow")
        gaps.append((rule_id, reason.strip()))
    return gaps


def _as_dict(run: Run) -> dict[str, Any]:
    rules = [
        {
            "id": result.rule.id,
            "topic": result.rule.topic,
            "sentence": result.rule.sentence,
            "outcome": result.outcome,
            "detail": result.detail,
        }
        for result in run.results.values()
    ]
    counts = {outcome: len(_ended(run.results.values(), outcome)) for outcome in _SHOWN}
    return {"store": redacted(run.place.url), "level": run.level, "conforms": not run.failed, **counts, "rules": rules}


def _show(run: Run) -> None:
    from karaoke_persist.cli.output import console, table, visible

    screen = console()
    results = list(run.results.values())
    rows = [_row(topic, list(some)) for topic, some in groupby(results, key=lambda result: result.rule.topic)]
    columns = ("topic", "rules", "passed", "failed", "gaps", "skipped")
    screen.print(table(columns, [*rows, _row("all", results)], numbers=columns[1:]))
    for outcome in ("failed", "gap"):
        for result in _ended(results, outcome):
            line = f"{outcome} {result.rule.id}: {result.rule.sentence} ({result.detail})"
            screen.print(visible(line), soft_wrap=True)
    skipped = sorted(_ended(results, "skipped"), key=lambda result: result.detail)
    for detail, some in groupby(skipped, key=lambda result: result.detail):
        ids = ", ".join(result.rule.id for result in some)
        screen.print(visible(f"skipped: {detail} ({ids})"), soft_wrap=True)
    verdict = "does not keep" if run.failed else "keeps"
    screen.print(visible(f"{redacted(run.place.url)} {verdict} the contract at the level {run.level}."), soft_wrap=True)


def _row(name: str, results: list[Result]) -> tuple[str, ...]:
    return name, str(len(results)), *(str(len(_ended(results, outcome))) for outcome in _SHOWN)


def _ended(results: Any, outcome: str) -> list[Result]:
    return [result for result in results if result.outcome == outcome]
