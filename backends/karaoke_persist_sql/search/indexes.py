"""The two places for an index of search, and the row that says which is asked, by which rules, and what is being built.

An index goes on by the rules that it was made by. Whoever has newer ones keeps it by those, as long as it knows them,
until a migration has built another index in the other place. Writers feed both meanwhile, readers ask the first, and
one transaction makes the second the one that is asked. So no two processes ever disagree about what an index holds:
whoever does not know the rules of one looks at every song instead of asking it, and does not write songs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Table

from karaoke_persist.contract import SchemaState
from karaoke_persist.contract.search import NORMALISER, Normaliser
from karaoke_persist.errors import SchemaMismatch
from karaoke_persist.models import Kind
from karaoke_persist_sql import names
from karaoke_persist_sql.search.tables import PREFIX, SearchTables, after_create

if TYPE_CHECKING:
    from karaoke_persist_sql.reading import ReadingSession
    from karaoke_persist_sql.session import WritingSession

STATE: Final = "kp_search_state"
Rules = Mapping[int, Normaliser]
"""The rules that a process knows, by version."""


class IndexState(NamedTuple):
    """The row that tells of the indexes."""

    version: int
    """The version of the rules of the index that is asked."""
    place: int
    """Which of the two that is."""
    building: int | None = None
    """The version of the rules of the index that is being built in the other place; None if none is."""
    reached: str | None = None
    """How far that has come (`search.rebuilding`)."""


class Index(NamedTuple):
    """An index, and the rules it is kept by."""

    tables: SearchTables
    normaliser: Normaliser


class SearchIndexes:
    """Both places. The tables of the second are made when it is needed for the first time."""

    def __init__(self, metadata: MetaData, dialect: Any) -> None:
        self.places = SearchTables(metadata, dialect), SearchTables(MetaData(), dialect, f"{PREFIX}_b")
        self.state = _state_table(metadata, dialect)
        self._state = str(dialect.qualified(self.state.name))
        self._question = f"SELECT {', '.join(IndexState._fields)} FROM {self._state}"  # noqa: S608
        self._marked = dialect.search.marked

    @property
    def all(self) -> tuple[Table, ...]:
        """The tables of every database."""
        return (*self.places[0].all, self.state)

    def other(self, state: IndexState) -> SearchTables:
        """The place that is not asked."""
        return self.places[1 - state.place]

    def state_in(self, session: ReadingSession) -> IndexState:
        """How things stand in the snapshot of a session."""
        return IndexState(*session.fetch(self._question, ())[0])

    def state_of(self, connection: Any) -> IndexState:
        """The same on a raw connection."""
        return IndexState(*connection.execute(self._question).fetchone())

    def note(self, session: WritingSession, state: IndexState) -> None:
        """Write how things stand from now on."""
        columns = ", ".join(f"{name} = ?" for name in IndexState._fields)
        session.run_many(self._marked(f"UPDATE {self._state} SET {columns}"), [tuple(state)])  # noqa: S608

    def asked(self, session: ReadingSession) -> Index | None:
        """The index that answers a session; None if it is by rules that this process does not know."""
        state = self.state_in(session)
        normaliser = session.plans.rules.get(state.version)
        return None if normaliser is None else Index(self.places[state.place], normaliser)

    def fed(self, session: ReadingSession, url: str) -> list[Index]:
        """The indexes that a write of songs must keep. `SchemaMismatch` if the rules of one are not known."""
        state, rules = self.state_in(session), session.plans.rules
        refuse_unknown(state, rules, url)
        live = Index(self.places[state.place], rules[state.version])
        return [live] if state.building is None else [live, Index(self.other(state), rules[state.building])]


def refuse_unknown(state: IndexState, rules: Rules, url: str) -> None:
    """Raise `SchemaMismatch` if this process does not know the rules of an index that would have to be written."""
    for version in (state.version, *(() if state.building is None else (state.building,))):
        if version not in rules:
            raise SchemaMismatch(*_compared(version, max(rules)), url)


def refuse_newer(state: IndexState, rules: Rules, url: str) -> None:
    """Raise `SchemaMismatch` for an index by newer rules: only those who have them can tell whether it is right."""
    if state.version > max(rules):
        refuse_unknown(state, rules, url)


def with_rules(schema: SchemaState, state: IndexState, rules: Rules) -> SchemaState:
    """A current schema is behind if the index is by older rules, not known; by newer ones it can be read beside."""
    if state.version >= max(rules):
        return schema
    if state.version in rules:
        return replace(schema, old_rules=state.version)
    _, found, expected = _compared(state.version, max(rules))
    return SchemaState("behind", f"{schema.found}, {found}", f"{schema.expected}, {expected}")


def _compared(found: int, ours: int) -> tuple[Literal["ahead", "behind"], str, str]:
    """How an index by rules that are not known compares with ours."""
    return "ahead" if found > ours else "behind", f"rules of search {found}", f"rules of search {ours}"


def _state_table(metadata: MetaData, dialect: Any) -> Table:
    integer, text = dialect.column_types[Kind.INTEGER], dialect.column_types[Kind.TEXT]
    table = Table(
        STATE,
        metadata,
        Column("id", integer, nullable=False, autoincrement=False),
        Column("version", integer, nullable=False),
        Column("place", integer, nullable=False),
        Column("building", integer),
        Column("reached", text),
        PrimaryKeyConstraint("id", name=names.primary_key_name(STATE)),
        schema=dialect.schema,
        **dialect.counter_options,
    )
    after_create(table, f"INSERT INTO {dialect.qualified(STATE)} VALUES (1, {NORMALISER.version}, 0, NULL, NULL)")  # noqa: S608
    return table
