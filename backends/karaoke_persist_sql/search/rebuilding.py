"""An index by newer rules, built beside the one that is asked, in transactions between which others write.

Every song is put in once by this, and once more by whoever writes it meanwhile; putting a song in replaces what there
is of it, so that the order of the two does not matter. How far it came stands beside the index. Whoever goes on, after
a kill or in another process, begins there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from karaoke_persist.contract.findings import Progress
from karaoke_persist_sql.search.building import Reached, build, is_unbuilt, number_of_songs, number_up_to, songs_behind
from karaoke_persist_sql.search.indexes import Index, IndexState, SearchIndexes
from karaoke_persist_sql.search.upkeep import Upkeep

if TYPE_CHECKING:
    from karaoke_persist_sql.session import WritingSession

Step = Callable[["WritingSession", IndexState], bool]
"""Something done in a transaction of its own; whether there is more of it to do."""


def build_first(session: WritingSession, indexes: SearchIndexes) -> bool:
    """Build an index at once that there is nothing of yet; whether another has to be built beside the one there is."""
    state, normaliser = indexes.state_in(session), session.plans.normaliser
    if state.version > normaliser.version:
        return False
    live = Index(indexes.places[state.place], normaliser)
    if is_unbuilt(session, live.tables):
        build(session, live)
        indexes.note(session, IndexState(normaliser.version, state.place))
        return False
    return state.version < normaliser.version


class Rebuilding:
    """What a migration does for the index, in as many transactions as it takes."""

    def __init__(self, indexes: SearchIndexes, begin: Callable[[], Any]) -> None:
        self._indexes, self._begin = indexes, begin
        self._progress: Progress | None = None
        self._done = self._number = 0

    def run(self, progress: Progress | None) -> None:
        """Build what is to be built, and clear what is not asked any more. Several processes may do so at once."""
        self._progress = progress
        for step in (self._prepare, self._add_songs, self._settle_and_switch, self._clear):
            while self._in_transaction(step):
                pass

    def _in_transaction(self, step: Step) -> bool:
        session = self._begin()
        try:
            state = self._indexes.state_in(session)
            more = step(session, state)
        except BaseException:
            session.rollback()
            raise
        session.commit()
        return more

    def _prepare(self, session: WritingSession, state: IndexState) -> bool:
        """Empty the other place, unless it is being filled by our rules already."""
        ours = session.plans.normaliser.version
        if state.version >= ours or (state.building or 0) >= ours:
            return False
        other = self._indexes.other(state)
        more = other.dialect.clear_some(session, other)
        self._indexes.note(session, IndexState(state.version, state.place, None if more else ours))
        return more

    def _add_songs(self, session: WritingSession, state: IndexState) -> bool:
        """Put the next songs in."""
        normaliser = session.plans.normaliser
        if state.building != normaliser.version:
            return False
        tables, reached = self._indexes.other(state), _reached(state)
        if not self._number:
            self._done, self._number = number_up_to(session, tables, reached), number_of_songs(session)
        if not (rows := songs_behind(session, tables, reached)):
            return False
        Upkeep(session, Index(tables, normaliser)).changed(key for _, _, key in rows)
        self._indexes.note(session, state._replace(reached=json.dumps(rows[-1])))
        self._done += len(rows)
        if self._progress is not None:
            self._progress(self._done, self._number)
        return True

    def _settle_and_switch(self, session: WritingSession, state: IndexState) -> bool:
        """From now on the other index is asked, and those with older rules write no songs."""
        if state.building is not None and state.building == session.plans.normaliser.version:
            tables = self._indexes.other(state)
            tables.dialect.settle(session, tables)
            self._indexes.note(session, IndexState(state.building, 1 - state.place))
        return False

    def _clear(self, session: WritingSession, state: IndexState) -> bool:
        """Give back what the index that is not asked any more takes."""
        other = self._indexes.other(state)
        return state.building is None and other.dialect.clear_some(session, other)


def _reached(state: IndexState) -> Reached | None:
    return None if state.reached is None else tuple(json.loads(state.reached))
