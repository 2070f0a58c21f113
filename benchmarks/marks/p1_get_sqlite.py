"""P1: one song by its id in a call of its own, on SQLite."""

from benchmarks.comparing import against_raw, compare, faster_than, some_ids
from benchmarks.contenders import EVERYBODY, PEEWEE, SEED, SQLMODEL
from benchmarks.harness import Action


def run(context):
    target = context.targets.loaded("sqlite", context.songs)
    result = compare(context, target, EVERYBODY, get_of(context.songs), mark="P1", title="one-shot get_song")
    result.verdicts += [
        against_raw(result, 1.9),
        faster_than(result, SEED, 6),
        faster_than(result, SQLMODEL, 6),
        faster_than(result, PEEWEE, 10),
    ]
    yield result


def get_of(songs):
    def action(contender):
        following = some_ids(songs)
        return Action(lambda: contender.get(following()))

    return action
