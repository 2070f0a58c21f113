"""P10: the first hundred artists with the number of their songs, and the number of all artists."""

from benchmarks.comparing import compare
from benchmarks.contenders import EVERYBODY, PROJECT
from benchmarks.harness import Action, Verdict

LIMITS_MS = {"sqlite": 1, "postgresql": 2.5}


def run(context):
    target = context.targets.loaded(context.backend, context.songs)
    result = compare(
        context,
        target,
        EVERYBODY,
        lambda each: Action(each.artists),
        mark="P10",
        title="artists, page of 100 with total",
    )
    limit = LIMITS_MS[context.backend]
    result.verdicts.append(Verdict("page and total", result.rows[PROJECT] * 1_000, limit, unit="ms"))
    yield result
