"""A place in a transaction to return to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karaoke_persist.contract import StoreSavepoint
from karaoke_persist.errors import SessionClosed, UsageError

if TYPE_CHECKING:
    from karaoke_persist.session.session import Session


class Savepoint:
    """What `with session.savepoint() as savepoint:` gives. Data and recorded changes are undone alike."""

    def __init__(self, session: Session, backend: StoreSavepoint) -> None:
        self._session, self._backend = session, backend
        self._mark = session.mark()
        self._open = True

    def rollback(self) -> None:
        """Undo what was done since the savepoint began. The block may go on, on the session."""
        self._session.check_usable()
        if not self._open:
            raise SessionClosed("savepoint")
        self._open = False
        self._session.undo_to(self._mark, self._backend)

    def leave(self) -> None:
        """Keep what was done: the clean end of the block."""
        if self._open and self._session.is_open:
            self._open = False
            self._session.keep(self._backend)

    def leave_by_error(self) -> None:
        """Undo on the way out; a session that is broken or ended undoes everything anyway."""
        try:
            self._session.check_usable()
        except UsageError:
            return
        if self._open:
            self.rollback()
