"""P15 to P18: a page of search for every prefix of what guests type, character by character; and with the total.

A figure is the median of three rounds for one prefix; the percentiles are over all prefixes. The other contenders, who
take longer, answer every twentieth of them, and of a million songs every two hundredth, in the same rounds.
"""

import gc
from collections.abc import Iterator
from contextlib import ExitStack, closing
from statistics import median, quantiles
from time import perf_counter

import karaoke_persist
from benchmarks import search_songs
from benchmarks.contenders import PROJECT, SEED
from benchmarks.contenders.searchers import EVERYBODY, Project
from benchmarks.harness import Result, Verdict
from benchmarks.targets import Target

ROUNDS, EVERY = 3, 20
DEPTH = 0.9
# milliseconds: first page p50 and p99, with the exact total p99; by size
LIMITS = {
    ("sqlite", 100_000): (1, 5, 10),
    ("sqlite", 1_000_000): (2, 15, 100),
    ("postgresql", 100_000): (None, 10, None),
    ("postgresql", 1_000_000): (None, 30, None),
    ("memory", 100_000): (None, 3, None),
}
FASTER = {"sqlite": 40, "postgresql": 15}


def run(context) -> Iterator[Result]:
    target = _target(context)
    typed = [prefix for query in search_songs.queries(context.songs) for prefix in search_songs.prefixes(query)]
    with ExitStack() as stack:
        classes = EVERYBODY.get(context.backend, {PROJECT: Project})
        working = {name: stack.enter_context(closing(made(target))) for name, made in classes.items()}
        if context.backend == "memory":
            _fill(working[PROJECT].library, context.songs)
        settle()
        for total in (False, True):
            yield _typed(context, working, typed, total)
        yield _deep(context, working[PROJECT].library, typed)


def settle() -> None:
    """What the measurement itself holds, a vocabulary above all, is not to be looked through for garbage."""
    gc.collect()
    gc.freeze()


def _target(context) -> Target:
    if context.backend == "memory":
        return Target("memory", "memory://", "", context.songs)
    return context.targets.loaded(context.backend, context.songs, "search")


def _fill(library: karaoke_persist.Library, songs: int) -> None:
    library.songs.upsert_songs(search_songs.songs(songs))


def _typed(context, working, typed, total) -> Result:
    every = EVERY * max(1, context.songs // 100_000)
    samples = {
        name: _samples(each, typed if name == PROJECT else typed[::every], total) for name, each in working.items()
    }
    title = "page of 20 for every prefix" + (", with its exact total" if total else "")
    mark = {"sqlite": "P16" if total else "P15", "postgresql": "P17", "memory": "P18"}[context.backend]
    result = _result(samples, mark, title, context)
    percentiles = quantiles(samples[PROJECT], n=100)
    _judge(result, context, (median(samples[PROJECT]), percentiles[98]), total)
    if SEED in samples and (total or context.backend == "postgresql"):
        ratios = [seed / own for own, seed in zip(samples[PROJECT][::every], samples[SEED], strict=True)]
        if (context.backend, context.songs) in LIMITS:
            verdict = Verdict(
                "slowest ratio to the seed's pattern", min(ratios), FASTER[context.backend], at_most=False
            )
            result.verdicts.append(verdict)
        result.notes.append(f"the median ratio to the seed's pattern is {median(ratios):,.0f} x")
    slowest = sorted(zip(samples[PROJECT], typed, strict=True), reverse=True)[:5]
    result.notes.append("slowest: " + ", ".join(f"{text!r} {took * 1e3:.1f} ms" for took, text in slowest))
    return result


def _samples(contender, typed, total) -> list[float]:
    """The median time of each prefix."""
    times: list[list[float]] = [[] for _ in typed]
    for _ in range(ROUNDS):
        for text, taken in zip(typed, times, strict=True):
            began = perf_counter()
            contender.find(text, total)
            taken.append(perf_counter() - began)
    return [median(taken) for taken in times]


def _result(samples, mark, title, context) -> Result:
    base = median(samples[PROJECT])
    rows, ratios = {}, {}
    for name, times in samples.items():
        for label, value in (("p50", median(times)), ("p99", quantiles(times, n=100)[98])):
            rows[f"{name} {label}"] = value
            ratios[f"{name} {label}"] = value / base
    return Result(mark, title, context.backend, context.songs, rows, ratios)


def _judge(result, context, percentiles, total) -> None:
    p50, p99, p99_total = LIMITS.get((context.backend, context.songs), (None, None, None))
    limits = (
        {"p99": (percentiles[1], p99_total)} if total else {"p50": (percentiles[0], p50), "p99": (percentiles[1], p99)}
    )
    for label, (value, limit) in limits.items():
        if limit is not None:
            result.verdicts.append(Verdict(f"{result.title}: {label}", value * 1e3, limit, unit="ms"))


def _deep(context, library, typed) -> Result:
    """A page nine tenths down, by cursor, for words that many songs have; beside the first page of the same words."""
    broad = [text for text in dict.fromkeys(typed) if library.songs.search(text, total="capped").capped][:40]
    first, deep = [], []
    for text in broad:
        total = library.songs.search(text, total="exact").total
        cursor = library.songs.search(text, limit=1, offset=int(total * DEPTH)).cursor
        first.append(_time(lambda text=text: library.songs.search(text)))
        deep.append(_time(lambda text=text, cursor=cursor: library.songs.search(text, cursor=cursor)))
    return Result(
        "P15",
        f"a page at {DEPTH:.0%} depth by cursor, {len(broad)} broad queries",
        context.backend,
        context.songs,
        rows={"first page, p50": median(first), "first page, most": max(first)}
        | {"deep page, p50": median(deep), "deep page, most": max(deep)},
        ratios={"first page, p50": 1.0, "first page, most": max(first) / median(first)}
        | {"deep page, p50": median(deep) / median(first), "deep page, most": max(deep) / median(first)},
    )


def _time(call) -> float:
    times = []
    for _ in range(ROUNDS):
        began = perf_counter()
        call()
        times.append(perf_counter() - began)
    return median(times)
