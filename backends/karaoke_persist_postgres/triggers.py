"""The triggers that keep a table of counts, and the number of its rows.

They run once for a statement, over all its rows: a thousand songs of one artist change that artist's count once.
"""

from __future__ import annotations

from collections.abc import Callable

from karaoke_persist_sql import CounterNames
from karaoke_persist_sql.counters import FOLD, NUMBER, VALUE

_OLD, _NEW = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"


def counter_triggers(names: CounterNames, qualified: Callable[[str], str]) -> tuple[str, ...]:
    """The statements that create them; the names in them come from the models, never from data."""
    counts, rows = qualified(names.counts), qualified(names.rows)
    events = (
        ("insert", "INSERT", _NEW, _taken("new_rows", 1, names)),
        ("delete", "DELETE", _OLD, _taken("old_rows", -1, names)),
        (
            "update",
            "UPDATE",
            f"{_OLD} {_NEW}",
            f"{_taken('new_rows', 1, names)} UNION ALL {_taken('old_rows', -1, names)}",
        ),
    )
    statements: list[str] = []
    for name, event, tables, changes in events:
        body = _body(counts, names, changes, deletes=name != "insert")
        statements += _trigger(f"{names.counts}_{name}", f"{event} ON {rows} REFERENCING {tables}", body, qualified)
    return tuple(statements)


def total_triggers(counts: str, total: str, qualified: Callable[[str], str]) -> tuple[str, ...]:
    """The statements that create those which keep the number of rows of a table of counts."""
    statements: list[str] = []
    for event, sign, rows, tables in (("INSERT", "+", "new_rows", _NEW), ("DELETE", "-", "old_rows", _OLD)):
        body = f"UPDATE {qualified(total)} SET {NUMBER} = {NUMBER} {sign} (SELECT count(*) FROM {rows})"  # noqa: S608
        body += f" WHERE EXISTS (SELECT FROM {rows});"
        when = f"{event} ON {qualified(counts)} REFERENCING {tables}"
        statements += _trigger(f"{total}_{event.lower()}", when, body, qualified)
    return tuple(statements)


def _trigger(name: str, when: str, body: str, qualified: Callable[[str], str]) -> tuple[str, str]:
    """A function, and what calls it once for each statement."""
    function = qualified(name)
    return (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $kp$ BEGIN {body} RETURN NULL; END $kp$",
        f"CREATE TRIGGER {name} AFTER {when} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    )


def _taken(table: str, sign: int, names: CounterNames) -> str:
    """The values of some rows, each with what it adds to the count."""
    fold = f"{names.field}_fold AS {FOLD}, " if names.folded else ""
    return (
        f"SELECT {fold}{names.field} AS {VALUE}, {sign} AS {NUMBER} FROM {table}"  # noqa: S608
        f" WHERE {names.field} IS NOT NULL"
    )


def _body(counts: str, names: CounterNames, changes: str, *, deletes: bool) -> str:
    key = f"{FOLD}, {VALUE}" if names.folded else VALUE
    same = " AND ".join(f"c.{name} = d.{name}" for name in key.split(", "))
    summed = f"SELECT {key}, sum({NUMBER}) AS {NUMBER} FROM ({changes}) AS changed GROUP BY {key}"  # noqa: S608
    summed += f" HAVING sum({NUMBER}) <> 0"
    more = (
        f"INSERT INTO {counts} AS c ({key}, {NUMBER}) {summed}"
        f" ON CONFLICT ({key}) DO UPDATE SET {NUMBER} = c.{NUMBER} + excluded.{NUMBER};"
    )
    if not deletes:
        return more
    old_key = f"{names.field}_fold AS {FOLD}, {names.field} AS {VALUE}" if names.folded else f"{names.field} AS {VALUE}"
    return (
        f"{more} DELETE FROM {counts} AS c USING (SELECT DISTINCT {old_key} FROM old_rows) AS d"  # noqa: S608
        f" WHERE {same} AND c.{NUMBER} < 1;"
    )
