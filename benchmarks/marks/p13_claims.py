"""P13: eight workers that claim jobs at the same time, one by one and in batches, each job once."""

import threading
import time
from contextlib import closing

import karaoke_persist
from benchmarks.comparing import bare_commit
from benchmarks.harness import Result, Verdict

WORKERS = 8
LEASE = 60
LIMITS = {("sqlite", 1): 500, ("postgresql", 1): 300, ("postgresql", 20): 1_000}
"""Claims a second, by backend and by how many a call asks for."""
SLOWEST_MS = 100


def run(context):
    durability = {"sqlite": "relaxed", "postgresql": "full"}[context.backend]
    target = context.targets.copy(context.backend, context.songs, durability)
    for (backend, at_once), limit in LIMITS.items():
        if backend == context.backend:
            yield _claims(target, at_once, limit, jobs=400 if context.quick else 4_000)


def _claims(target, at_once, limit, jobs):
    options = {"durability": target.durability} if target.backend == "sqlite" else {}
    with closing(karaoke_persist.open(target.url, on_error="raise", **options)) as library:
        with library.transaction() as tx:
            for _ in range(jobs):
                tx.jobs.create("benchmark")
        claimed, calls, seconds = _work_off(library, at_once)
    twice = len(claimed) - len(set(claimed))
    calls.sort()
    name = f"{WORKERS} workers, {at_once} a claim"
    rows = {name: jobs / seconds}
    result = Result("P13", "jobs claimed a second", target.backend, target.songs, rows, {name: 1.0}, unit="per second")
    result.verdicts += [
        Verdict(name, rows[name], limit, at_most=False, unit="per second"),
        Verdict(f"{name}: jobs that were not claimed exactly once", abs(len(claimed) - jobs) + twice, 0, unit=""),
        Verdict(f"{name}: p99", calls[int(len(calls) * 0.99)] * 1_000, SLOWEST_MS, unit="ms"),
    ]
    result.notes += bare_commit(target)
    return result


def _work_off(library, at_once):
    claimed, calls = [], []

    def work(worker):
        while True:
            began = time.perf_counter()
            jobs = library.jobs.claim(worker, LEASE, n=at_once)
            calls.append(time.perf_counter() - began)
            if not jobs:
                return
            claimed.extend(job.id for job in jobs)

    threads = [threading.Thread(target=work, args=(f"worker {number}",)) for number in range(WORKERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return claimed, calls, time.perf_counter() - began
