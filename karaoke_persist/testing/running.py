"""Running the kit from a program: against a URL, with an answer for each rule."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Literal, cast
from unittest.mock import patch

import pytest

from karaoke_persist.contract import Query, StoreOptions
from karaoke_persist.errors import BadOption
from karaoke_persist.models import MODELS
from karaoke_persist.plugins import open_store
from karaoke_persist.testing.catalogue import all_rules
from karaoke_persist.testing.handles import Place, probing
from karaoke_persist.testing.rule import Level, Rule

Outcome = Literal["failed", "gap", "passed", "skipped"]
Progress = Callable[[int, int], object]

_OUTCOMES: Final[tuple[Outcome, ...]] = ("failed", "gap", "passed", "skipped")
_ARGUMENTS: Final = ("--pyargs", "karaoke_persist.testing.at_url", "-c", os.devnull, "--noconftest", "-s")
_WITHOUT: Final = ("terminal", "cacheprovider", "junitxml", "pastebin")


@dataclass(slots=True)
class Result:
    """How a rule ended: by the worst of its tests, with what was said about that."""

    rule: Rule
    outcome: Outcome = "skipped"
    detail: str = ""

    def add(self, outcome: Outcome, detail: str) -> None:
        """Take in how one of its tests ended."""
        if not self.detail or _OUTCOMES.index(outcome) < _OUTCOMES.index(self.outcome):
            self.outcome, self.detail = outcome, detail


@dataclass(eq=False)  # pytest keeps its plugins in a set
class Run:
    """The plugin that runs the kit, and remembers how each rule ended."""

    place: Place
    level: Level = "full"
    known_gaps: Mapping[str, str] = field(default_factory=dict)
    progress: Progress = lambda done, total: None
    results: dict[str, Result] = field(default_factory=dict)
    _rules: dict[str, Rule] = field(default_factory=dict)
    _done: int = 0

    @pytest.hookimpl
    def pytest_configure(self, config: pytest.Config) -> None:
        """Be found by the tests."""
        config.stash[RUN] = self

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Remember which test is about which rule."""
        for item in items:
            if isinstance(item, pytest.Function):
                self._rules[item.nodeid] = cast(Rule, item.callspec.params["conformance_rule"])

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember how a test ended."""
        stated = self._rules[report.nodeid]
        result = self.results.setdefault(stated.id, Result(stated))
        if report.when == "call" or report.outcome != "passed":
            result.add(_outcome_of(report), _detail_of(report))
        if report.when == "teardown":
            self._done += 1
            self.progress(self._done, len(self._rules))

    @property
    def failed(self) -> list[Result]:
        """The rules that do not hold."""
        return [result for result in self.results.values() if result.outcome == "failed"]


RUN: Final = pytest.StashKey[Run]()
"""Where the tests find what they are to do."""


def run_kit(
    place: Place, *, level: Level = "full", known_gaps: Iterable[tuple[str, str]] = (), progress: Progress | None = None
) -> Run:
    """Run every rule against the empty store at a place, whose URL may hold `{name}` for the name of a database.

    Raises `BadOption` for a store that holds anything, before anything is written.
    """
    check_empty(replace(place, url=place.url.replace("{name}", "main")))
    run = Run(place, level, dict(known_gaps))
    if progress is not None:
        run.progress = progress
    switched_off = [argument for name in _WITHOUT for argument in ("-p", f"no:{name}")]
    with _alone():
        code = pytest.main([*_ARGUMENTS, *switched_off], plugins=[run])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not run.results:
        raise RuntimeError(f"the kit could not be run: pytest ended with {code!r}")
    order = [stated.id for stated in all_rules()]
    run.results = dict(sorted(run.results.items(), key=lambda item: order.index(item[0])))
    return run


def check_empty(place: Place) -> None:
    """Refuse a store that holds a row. One without a schema is left without."""
    options = StoreOptions(check_schema=False, backend_options=place.options.get("backend_options", {}))
    with closing(open_store(place.url, options)) as store:
        if store.schema().state == "absent":
            return
    with place.open(models=MODELS) as library, probing(library, read_only=True) as probe:
        for model in MODELS:
            if probe.rows(Query(model, limit=1), (model.integrity.key,)):
                raise BadOption("URL", "the store is not empty", "The kit deletes what it finds: name an empty store.")


@contextmanager
def _alone() -> Iterator[None]:
    """Without the plugins and options that other tests on this machine use."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with patch.dict(os.environ, {**ours, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, clear=True):
        yield


def _outcome_of(report: pytest.TestReport) -> Outcome:
    if report.outcome == "skipped":
        return "gap" if hasattr(report, "wasxfail") else "skipped"
    return report.outcome


def _detail_of(report: pytest.TestReport) -> str:
    reason = getattr(report, "wasxfail", "")
    if reason:
        return str(reason).removeprefix("reason: ")
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message.partition("\n")[0] if crash is not None else report.longreprtext
