"""P6: one transaction that reads a song, writes it, and has it back."""

from benchmarks.comparing import against_raw, compare, faster_than, some_ids
from benchmarks.contenders import EVERYBODY, SEED
from benchmarks.harness import Action

RAW_LIMITS = {("sqlite", "relaxed"): 2.5, ("sqlite", "full"): 1.5, ("postgresql", "full"): 1.3}


def run(context):
    for backend, durability in RAW_LIMITS:
        if backend == context.backend:
            yield _at(context, durability)


def _at(context, durability):
    target = context.targets.copy(context.backend, context.songs, durability)

    def action(contender):
        following = some_ids(context.songs)
        return Action(lambda: contender.count_up(following()))

    title = f"read-and-write transaction, {durability} durability"
    result = compare(context, target, EVERYBODY, action, mark="P6", title=title)
    result.verdicts.append(against_raw(result, RAW_LIMITS[context.backend, durability], f"at {durability} durability "))
    if context.backend == "sqlite" and durability == "full":
        result.verdicts.append(faster_than(result, SEED, 4, "at full durability "))
    return result
