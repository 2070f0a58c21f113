"""The triggers that keep a table of counts, and the number of its rows."""

from __future__ import annotations

from karaoke_persist_sql import CounterNames
from karaoke_persist_sql.counters import FOLD, NUMBER, VALUE


def counter_triggers(names: CounterNames) -> tuple[str, ...]:
    """The statements that create them; the names in them come from the models, never from data."""
    rows, counts, field, folded = names
    into, of = f"{FOLD}, {VALUE}" if folded else VALUE, f"NEW.{field}_fold, NEW.{field}" if folded else f"NEW.{field}"
    more = (
        f"INSERT INTO {counts} ({into}, {NUMBER}) VALUES ({of}, 1)"  # noqa: S608
        f" ON CONFLICT ({into}) DO UPDATE SET {NUMBER} = {NUMBER} + 1;"
    )
    which = f"{VALUE} = OLD.{field}" + (f" AND {FOLD} = OLD.{field}_fold" if folded else "")
    fewer = (
        f"UPDATE {counts} SET {NUMBER} = {NUMBER} - 1 WHERE {which};"  # noqa: S608
        f" DELETE FROM {counts} WHERE {which} AND {NUMBER} < 1;"
    )
    new, old = f"NEW.{field} IS NOT NULL", f"OLD.{field} IS NOT NULL"
    changed = f"OLD.{field} IS NOT NEW.{field}"
    watched = f"UPDATE OF {field}, {field}_fold" if folded else f"UPDATE OF {field}"
    parts = (
        ("insert", "INSERT", new, more),
        ("delete", "DELETE", old, fewer),
        ("update_new", watched, f"{changed} AND {new}", more),
        ("update_old", watched, f"{changed} AND {old}", fewer),
    )
    return tuple(
        f"CREATE TRIGGER {counts}_{name} AFTER {what} ON {rows} WHEN {when} BEGIN {body} END"
        for name, what, when, body in parts
    )


def total_triggers(counts: str, total: str) -> tuple[str, ...]:
    """The statements that create those which keep the number of rows of a table of counts."""
    return tuple(
        f"CREATE TRIGGER {total}_{event.lower()} AFTER {event} ON {counts}"  # noqa: S608
        f" BEGIN UPDATE {total} SET {NUMBER} = {NUMBER} {sign} 1; END"
        for event, sign in (("INSERT", "+"), ("DELETE", "-"))
    )
