"""The session that operations use; wraps a backend's and keeps the rules that are the same for all."""

from karaoke_persist.session.context import Outcome, SessionContext, SnapshotNeeded
from karaoke_persist.session.savepoint import Savepoint
from karaoke_persist.session.session import Session

__all__ = ["Outcome", "Savepoint", "Session", "SessionContext", "SnapshotNeeded"]
