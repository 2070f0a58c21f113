"""P5: many songs saved at once, new ones and over existing ones, from typed values, with folds and artist counts.

Only this project keeps an index of search beside them; what that costs by itself is P20.
"""

from contextlib import ExitStack, closing
from itertools import cycle

from benchmarks.comparing import CONTROL, against_raw, faster_than
from benchmarks.contenders import EVERYBODY, ORM, PEEWEE, PROJECT, RAW, SQLMODEL, opened
from benchmarks.contenders.batches import batch
from benchmarks.harness import Action, in_turns, result_of

SIZES = {RAW: 5_000, PROJECT: 5_000, CONTROL: 5_000, PEEWEE: 1_000, ORM: 500, SQLMODEL: 500}
FEW = 100
"""For those that save row by row; all figures are per row."""
RAW_LIMITS = {"sqlite": 2, "postgresql": 1.5}


def run(context):
    target = context.targets.copy(context.backend, context.songs)
    size = 2_000 if context.quick else SIZES[RAW]
    with ExitStack() as stack:
        working = {name: stack.enter_context(closing(opened(name, target))) for name in EVERYBODY}
        batches = [batch(working[PROJECT], size, context.songs, variant) for variant in range(3)]
        working[RAW].save(batches[0])  # a first time, so that nobody finds the indexes' pages cold
        for title, existing in (("bulk upsert of new songs", False), ("bulk upsert over existing songs", True)):
            actions = _actions(working, batches, existing=existing)
            samples = in_turns(actions, context.effort.shorter(4))
            result = result_of(
                samples,
                "P5",
                f"{title}, per song; an index of search in this project alone",
                target.backend,
                target.songs,
            )
            what = "over existing songs, " if existing else "new songs, "
            result.verdicts += [
                against_raw(result, RAW_LIMITS[context.backend], what),
                faster_than(result, ORM, 15, what + "by merge, "),
            ]
            yield result


def _actions(working, batches, *, existing):
    raw, project = working[RAW], working[PROJECT]
    everything = batches[0]

    def before(size):
        part = everything.part(size)
        return (lambda: raw.save(part)) if existing else (lambda: project.forget(part.ids))

    def action(contender, name):
        size = min(SIZES.get(name, FEW), len(everything.ids))
        parts = cycle([each.part(size) for each in batches[1:]])
        return Action(lambda: contender.save(next(parts)), before(size), size)

    names = {RAW: raw, CONTROL: raw} | {name: each for name, each in working.items() if name != RAW}
    return {name: action(contender, name) for name, contender in names.items()}
