"""P4: a page nine tenths down the library, in each order and direction, and across the border to absent values."""

from contextlib import closing

from benchmarks.contenders import PAGE, PROJECT, RAW, SEED, opened
from benchmarks.harness import AGAIN, Action, Verdict, in_turns, result_of
from karaoke_persist import Song
from karaoke_persist.contract import Order, Query
from karaoke_persist.contract.cursor import encode_cursor
from karaoke_persist.models import field_of
from karaoke_persist_sql.tables import order_columns

LIMIT = 1.3
FIRST, DEEP, BORDER = "first page", "page at 90% depth", "page across the border to absent values"


def run(context):
    target = context.targets.loaded(context.backend, context.songs)
    with closing(opened(PROJECT, target)) as project, closing(opened(RAW, target)) as raw:
        for field in ("date_added", "title", "artist", "album", "year"):
            for descending in (False, True):
                yield _one_order(context, target, project, raw, (field, descending))
    if not context.quick:
        yield _seed(context, target)


def _one_order(context, target, project, raw, order):
    field, descending = order
    query = Query(Song, order=Order(field, descending))
    present = _count_present(raw, field)
    places = {DEEP: _place(raw, order, present, context.songs * 9 // 10)}
    if 0 < present < context.songs:
        places[BORDER] = _place(raw, order, present, present - PAGE // 2)
    places = {name: _with_value(project, field, key) for name, key in places.items()}
    actions = {name: _page(project, order, None) for name in (FIRST, FIRST + AGAIN)}
    actions |= {name: _page(project, order, encode_cursor(query, place)) for name, place in places.items()}
    title = f"depth by {field}, {'descending' if descending else 'ascending'}"
    result = result_of(in_turns(actions, context.effort), "P4", title, target.backend, target.songs)
    result.verdicts += [Verdict(f"{title}: {name}", result.ratios[name], LIMIT) for name in places]
    return result


def _page(project, order, cursor):
    field, descending = order
    return Action(lambda: project.songs.get_songs_page(sort_by=field, descending=descending, limit=PAGE, cursor=cursor))


def _count_present(raw, field):
    return raw.rows(f"SELECT count({field}) FROM kp_songs")[0][0]


def _place(raw, order, present, depth):
    """The id of the row at a depth, found the slow way."""
    field, descending = order
    way = "DESC" if descending else "ASC"
    if depth > present:
        statement = f"SELECT id FROM kp_songs WHERE {field} IS NULL ORDER BY id {way} LIMIT 1 OFFSET ?"
        return raw.rows(statement, (depth - present - 1,))[0][0]
    columns = ", ".join(f"{name} {way}" for name in order_columns(Song, field_of(Song, field)))
    statement = f"SELECT id FROM kp_songs WHERE {field} IS NOT NULL ORDER BY {columns} LIMIT 1 OFFSET ?"
    return raw.rows(statement, (depth - 1,))[0][0]


def _with_value(project, field, key):
    return getattr(project.get(key), field), key


def _seed(context, target):
    with closing(opened(SEED, target)) as seed:
        depth = context.songs * 9 // 10
        actions = {
            "OFFSET 0, seed's pattern": Action(lambda: seed.offset(0), before=_nothing),
            "OFFSET at 90% depth, seed's pattern": Action(lambda: seed.offset(depth), before=_nothing),
        }
        samples = in_turns(actions, context.effort.shorter(7))  # one call takes many seconds
        return result_of(samples, "P4", "depth by OFFSET, for comparison", target.backend, target.songs)


def _nothing():
    """With something before it, a call is timed by itself, without a warm-up."""
