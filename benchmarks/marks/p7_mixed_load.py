"""P7: many threads, or several processes, that read and write one SQLite file at full durability."""

import random
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from statistics import median

from benchmarks.contenders import PROJECT, SEED, opened
from benchmarks.harness import AGAIN, Result, Verdict
from benchmarks.libraries import song_id

WRITES = 0.2
LIMITS = {"8 threads": 4, "4 processes": 2}
WORST_WRITE_MS = 150
COUNTED = [song_id(number) for number in range(20)]
"""The few songs that everybody writes to."""


def run(context):
    seconds, rounds = (1, 2) if context.quick else (3, 5)
    yield _table(context, "8 threads", rounds, lambda name, target: _threads(name, target, seconds))
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        list(pool.map(time.sleep, [0.5] * 4))  # so that every process is there before the first round
        yield _table(context, "4 processes", rounds, lambda name, target: _processes(pool, name, target, seconds))


def _table(context, who, rounds, load):
    rows = {PROJECT: [], PROJECT + AGAIN: [], SEED: []}
    rates, slowest, lost, errors = {name: [] for name in rows}, [], {}, {}
    for turn in range(rounds):
        names = list(rows)
        random.Random(turn).shuffle(names)
        for name in names:
            target = context.targets.copy("sqlite", context.songs)
            done = load(name.removesuffix(AGAIN), target)
            rates[name].append(done["operations"] / done["seconds"])
            lost[name] = lost.get(name, 0) + done["lost"]
            errors[name] = errors.get(name, 0) + done["errors"]
            if name != SEED:
                slowest += done["write_ms"]
    result = Result(
        "P7",
        f"80/20 mixed load, {who}, operations a second",
        "sqlite",
        context.songs,
        rows={name: median(values) for name, values in rates.items()},
        ratios={
            name: median(one / other for one, other in zip(values, rates[PROJECT], strict=True))
            for name, values in rates.items()
        },
        unit="per second",
    )
    slowest.sort()
    worst = slowest[int(len(slowest) * 0.999)]
    result.verdicts += [
        Verdict(f"{who}: faster than {SEED}", 1 / result.ratios[SEED], LIMITS[who], at_most=False),
        Verdict(f"{who}: lost updates and errors", lost[PROJECT] + errors[PROJECT], 0, unit=""),
        Verdict(f"{who}: write p99.9", worst, WORST_WRITE_MS, unit="ms"),
    ]
    result.notes.append(f"{SEED} lost {lost[SEED]} updates and met {errors[SEED]} errors")
    return result


def _threads(name, target, seconds):
    with closing(opened(name, target)) as contender:
        before, parts = _total(contender), []
        threads = [
            threading.Thread(target=lambda seed=seed: parts.append(_work(contender, target.songs, seconds, seed)))
            for seed in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return _together(parts, seconds, _total(contender) - before)


def _processes(pool, name, target, seconds):
    with closing(opened(name, target)) as contender:
        before = _total(contender)
        jobs = [pool.submit(_work_alone, name, target, seconds, seed) for seed in range(4)]
        return _together([job.result() for job in jobs], seconds, _total(contender) - before)


def _work_alone(name, target, seconds, seed):
    with closing(opened(name, target)) as contender:
        contender.get(COUNTED[0])
        return _work(contender, target.songs, seconds, seed)


def _work(contender, songs, seconds, seed):
    chance, operations, errors, writes = random.Random(seed), 0, 0, []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        try:
            if chance.random() < WRITES:
                contender.count_up(chance.choice(COUNTED))
                writes.append((time.perf_counter() - began) * 1_000)
            else:
                contender.get(song_id(chance.randrange(songs)))
            operations += 1
        except Exception:
            errors += 1
    return operations, errors, writes


def _together(parts, seconds, counted):
    writes = [each for _, _, writes in parts for each in writes]
    return {
        "operations": sum(operations for operations, _, _ in parts),
        "errors": sum(errors for _, errors, _ in parts),
        "write_ms": writes,
        "lost": len(writes) - counted,
        "seconds": seconds,
    }


def _total(contender):
    return sum(contender.get(each).track_time_millis or 0 for each in COUNTED)
