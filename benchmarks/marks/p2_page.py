"""P2: the fifty newest songs with all their fields, as values and as the bytes of camelCase JSON."""

from benchmarks.comparing import against_raw, compare, faster_than
from benchmarks.contenders import EVERYBODY, OTHERS, SEED
from benchmarks.harness import Action


def run(context):
    target = context.targets.loaded(context.backend, context.songs)
    page = compare(context, target, EVERYBODY, lambda each: Action(each.newest), mark="P2", title="page of 50 newest")
    json = compare(
        context, target, EVERYBODY, lambda each: Action(each.newest_json), mark="P2", title="the page as JSON bytes"
    )
    if context.backend == "sqlite":  # the budget speaks of no other
        page.verdicts += [against_raw(page, 2.2), *(faster_than(page, name, 1) for name in OTHERS)]
        json.verdicts.append(faster_than(json, SEED, 3, "as JSON "))
    yield page
    yield json
