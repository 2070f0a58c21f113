"""Timing in turns: every round gives each contender one sample, in a shuffled order, so that noise meets all alike."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

AGAIN = " (again)"
"""Marks the A/A control: the base measured against itself. A difference within it is noise."""

WARM_CALLS = 20
"""Before the first sample; drivers prepare a statement once it has come a few times."""

_order = random.Random(4)


@dataclass(frozen=True, slots=True)
class Action:
    """What is timed. `before` is not, and then a sample is one call; `units` is how many rows one call handles."""

    call: Callable[[], object]
    before: Callable[[], object] | None = None
    units: int = 1


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure."""

    rounds: int = 21
    sample: float = 0.02
    """Seconds that one sample lasts at least, where calls can be repeated."""

    def shorter(self, factor: int) -> Effort:
        """Fewer rounds, for what takes long."""
        return Effort(max(3, self.rounds // factor), self.sample)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A budget, and what was measured."""

    text: str
    value: float
    limit: float
    at_most: bool = True
    unit: str = "x"

    @property
    def met(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    @property
    def missed_by(self) -> float:
        """How far the value is from the limit, as a share of the limit."""
        return 0.0 if self.met else abs(self.value - self.limit) / self.limit if self.limit else float("inf")

    def __str__(self) -> str:
        bound = "at most" if self.at_most else "at least"
        outcome = "met" if self.met else f"MISSED by {self.missed_by:.0%}"
        return f"{outcome}: {self.text} {self.value:.3g} {self.unit}, budget {bound} {self.limit:g} {self.unit}"


@dataclass(slots=True)
class Result:
    """One table: seconds per call (or whatever `unit` says) of each contender, and ratios to the first."""

    mark: str
    title: str
    backend: str
    songs: int
    rows: dict[str, float]
    """Medians."""
    ratios: dict[str, float]
    best: dict[str, float] = field(default_factory=dict)
    """The fastest samples: of an absolute time on a busy machine they say more than the median."""
    best_ratios: dict[str, float] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unit: str = "us"

    @property
    def noise(self) -> float | None:
        """What the base scores against itself."""
        return next((ratio for name, ratio in self.ratios.items() if name.endswith(AGAIN)), None)


def in_turns(actions: Mapping[str, Action], effort: Effort) -> dict[str, list[float]]:
    """Seconds per unit of each action, one sample a round."""
    repeats = {name: _repeats(action, effort.sample) for name, action in actions.items()}
    samples: dict[str, list[float]] = {name: [] for name in actions}
    names = list(actions)
    for _ in range(effort.rounds):
        _order.shuffle(names)
        for name in names:
            samples[name].append(_sample(actions[name], repeats[name]))
    return samples


def result_of(samples: Mapping[str, list[float]], mark: str, title: str, backend: str, songs: int) -> Result:
    """Medians, and the medians of each round's ratio to the base, which is the first action."""
    base = next(iter(samples.values()))
    return Result(
        mark,
        title,
        backend,
        songs,
        rows={name: median(values) for name, values in samples.items()},
        ratios={name: ratio_of(values, base) for name, values in samples.items()},
        best={name: min(values) for name, values in samples.items()},
        best_ratios={name: min(values) / min(base) for name, values in samples.items()},
    )


def ratio_of(values: list[float], base: list[float]) -> float:
    """The median of the rounds' ratios."""
    return median(value / other for value, other in zip(values, base, strict=True))


def _repeats(action: Action, wanted: float) -> int:
    """How many calls make a sample long enough. Warms up on the way."""
    if action.before is not None:
        return 1
    began, calls = perf_counter(), 0
    while calls < 2 or (calls < WARM_CALLS and perf_counter() - began < 1):
        action.call()
        calls += 1
    # One call may be slow by chance, and samples that are too short say more of the caches than of the call.
    began, calls = perf_counter(), 0
    while calls < 1 or perf_counter() - began < wanted:
        action.call()
        calls += 1
    return calls


def _sample(action: Action, repeats: int) -> float:
    if action.before is not None:
        action.before()
    gc.collect()
    call = action.call
    began = perf_counter()
    for _ in range(repeats):
        call()
    return (perf_counter() - began) / repeats / action.units
