"""The domains by name: `library.queue`, `tx.queue` and so on are the same operations, bound to one or the other."""

from __future__ import annotations

from typing import TypeVar

from karaoke_persist.operations.base import Operations
from karaoke_persist.operations.favorite_operations import FavoriteOperations
from karaoke_persist.operations.history_operations import HistoryOperations
from karaoke_persist.operations.job_operations import JobOperations
from karaoke_persist.operations.playlist_operations import PlaylistOperations
from karaoke_persist.operations.queue_operations import QueueOperations
from karaoke_persist.operations.singer_operations import SingerOperations
from karaoke_persist.operations.user_operations import UserOperations
from karaoke_persist.operations.version_operations import VersionOperations

O = TypeVar("O", bound=Operations)  # noqa: E741


class Namespaces:
    """One attribute for each domain but songs."""

    def bound(self, kind: type[O]) -> O:
        """The operations of a domain, bound to whatever this is."""
        raise NotImplementedError

    @property
    def users(self) -> UserOperations:
        """Users, their log-in, and their profiles."""
        return self.bound(UserOperations)

    @property
    def favorites(self) -> FavoriteOperations:
        """What users like."""
        return self.bound(FavoriteOperations)

    @property
    def singers(self) -> SingerOperations:
        """Singers, whether users or mere names."""
        return self.bound(SingerOperations)

    @property
    def playlists(self) -> PlaylistOperations:
        """Playlists, kept by hand or smart."""
        return self.bound(PlaylistOperations)

    @property
    def queue(self) -> QueueOperations:
        """The queues of the rooms."""
        return self.bound(QueueOperations)

    @property
    def history(self) -> HistoryOperations:
        """What was sung."""
        return self.bound(HistoryOperations)

    @property
    def jobs(self) -> JobOperations:
        """Work in the background."""
        return self.bound(JobOperations)

    @property
    def versions(self) -> VersionOperations:
        """Songs that are versions of one another."""
        return self.bound(VersionOperations)
