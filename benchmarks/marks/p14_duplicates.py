"""P14: every group of duplicates by name, read page by page."""

from contextlib import closing

import karaoke_persist
from benchmarks.harness import Action, Verdict, in_turns, result_of

LIMIT_MS = 1_000
PAGE = 1_000


def run(context):
    target = context.targets.loaded(context.backend, context.songs)
    with closing(karaoke_persist.open(target.url, on_error="raise")) as library:
        actions = {by: Action(lambda by=by: _every_page(library, by)) for by in ("exact", "folded")}
        samples = in_turns(actions, context.effort.shorter(5))
    result = result_of(samples, "P14", "all groups of duplicates by name", context.backend, context.songs)
    result.verdicts += [Verdict(by, result.rows[by] * 1_000, LIMIT_MS, unit="ms") for by in actions]
    yield result


def _every_page(library, by):
    cursor = None
    while True:
        page = library.versions.find_duplicates(by, limit=PAGE, cursor=cursor)
        cursor = page.cursor
        if cursor is None:
            return
