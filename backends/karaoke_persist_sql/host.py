"""What a session asks of the store it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from karaoke_persist.errors import DataCorrupt
from karaoke_persist_sql.leases import Lease
from karaoke_persist_sql.plans import Plans


class SessionHost(Protocol):
    """The store, as its sessions see it."""

    url: str
    """Where the store is, without a password."""

    @property
    def plans(self) -> Plans:
        """Tables, codecs and statements."""
        ...

    @property
    def report_corrupt(self) -> Callable[[DataCorrupt], None]:
        """Whom to tell of a row that cannot be decoded."""
        ...

    def begin_again(self, lease: Lease, timeout: float) -> Lease:
        """Begin a read-only transaction for a session that had none; its connection, or another if it was lost."""
        ...

    def renew(self, lease: Lease, timeout: float) -> Lease:
        """Another connection in place of one that was lost."""
        ...

    def finish(self, lease: Lease, *, writes: bool, broken: bool) -> None:
        """Take a session's connection back and, if it wrote, let the next writer in."""
