"""By which version of the rules the index was made, and what follows for processes that have another.

Whoever has another version must neither ask this index, whose texts are folded in another way, nor write to it. So a
reader looks at every song instead, by its own rules, and a writer is refused until the index was made anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karaoke_persist.contract import SchemaState
from karaoke_persist.errors import SchemaMismatch

if TYPE_CHECKING:
    from karaoke_persist_sql.reading import ReadingSession
    from karaoke_persist_sql.search.tables import SearchTables


def statement_of(tables: SearchTables) -> str:
    """Asks for the version."""
    return f"SELECT version FROM {tables.name(tables.state)}"  # noqa: S608


def version_of(session: ReadingSession, tables: SearchTables) -> int:
    """By which rules the index was made."""
    rows = session.fetch(statement_of(tables), ())
    return int(rows[0][0]) if rows else 0


def has_our_rules(session: ReadingSession, tables: SearchTables) -> bool:
    """Whether the index was made by the rules that this session has."""
    return version_of(session, tables) == session.plans.normaliser.version


def refuse_other_rules(session: ReadingSession, tables: SearchTables, url: str) -> None:
    """Raise `SchemaMismatch` for an index by other rules, before anything is written."""
    state = _found(session, tables)
    if state.found != state.expected:
        raise SchemaMismatch(state.state, state.found, state.expected, url)


def refuse_newer_rules(session: ReadingSession, tables: SearchTables, url: str) -> None:
    """The same for one by newer rules alone: only they can tell whether it is right."""
    if _found(session, tables).state == "ahead":
        refuse_other_rules(session, tables, url)


def _found(session: ReadingSession, tables: SearchTables) -> SchemaState:
    return state_of_rules(version_of(session, tables), session.plans.normaliser.version)


def remember_rules(session: Any, tables: SearchTables) -> None:
    """Note that the index is by our rules from now on."""
    sql = f"UPDATE {tables.name(tables.state)} SET version = ?"  # noqa: S608
    session.run_many(tables.dialect.marked(sql), [(session.plans.normaliser.version,)])


def state_of_rules(found: int, ours: int) -> SchemaState:
    """Where an index by some version stands. One by newer rules can still be opened, and read beside."""
    return SchemaState("ahead" if found > ours else "behind", f"rules of search {found}", f"rules of search {ours}")
