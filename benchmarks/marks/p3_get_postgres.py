"""P3: one song by its id in a call of its own, on PostgreSQL."""

from benchmarks.comparing import against_raw, compare, faster_than
from benchmarks.contenders import EVERYBODY, SEED
from benchmarks.marks.p1_get_sqlite import get_of


def run(context):
    target = context.targets.loaded("postgresql", context.songs)
    result = compare(context, target, EVERYBODY, get_of(context.songs), mark="P3", title="one-shot get_song")
    result.verdicts += [against_raw(result, 1.5), faster_than(result, SEED, 4)]
    yield result
