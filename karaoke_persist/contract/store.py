"""What a backend promises.

A backend is two classes: a store, which many threads share, and a session, which is one transaction. Core wraps every
session (`karaoke_persist.session`) and calls it from one thread at a time, only while it is open, never twice after
its end, and never to write when it was opened read-only: a backend need not check any of that. It must

- make write sessions serializable (T1), one after the other being enough;
- show a read-only session one snapshot, taken at the latest when `session()` returns, without making it wait (T2);
- raise `Busy` when the writer is not free within `timeout`, at once for 0 (T3);
- keep a batch whole: a call that raises a domain error has changed nothing, and the session goes on (T4, T8);
- raise errors of `karaoke_persist.errors` only, the driver's chained as the cause.

Values arrive checked. What is returned must not share anything that a later write changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from karaoke_persist.contract.changes import Written
from karaoke_persist.contract.findings import Finding, Progress
from karaoke_persist.contract.info import BackendInfo, SchemaState
from karaoke_persist.contract.query import Aggregate, Query
from karaoke_persist.contract.search import (
    ArtistHits,
    ArtistSearchRequest,
    Completion,
    CompletionRequest,
    SearchRequest,
    SearchResult,
)
from karaoke_persist.models import Record

R = TypeVar("R", bound=Record)


class SongStore(Protocol):
    """One opened database; shared by threads, and usable in a child process after a fork."""

    @property
    def info(self) -> BackendInfo:
        """Scheme, versions, capabilities and durability."""
        ...

    def session(self, *, read_only: bool = False, single: bool = False, timeout: float | None = None) -> StoreSession:
        """Begin a transaction. The writer is held from here on by a write session.

        `single` promises that exactly one read call follows, so that no snapshot need be opened for it. `timeout` in
        seconds replaces the store's own. Raises `Busy`, `Unavailable`, `DataCorrupt`.
        """
        ...

    def schema(self) -> SchemaState:
        """Compare the database's schema with the one needed."""
        ...

    def migrate(self, progress: Progress | None = None) -> SchemaState:
        """Create or upgrade the schema, in one transaction, while other processes may do the same.

        What is derived from the rows, such as an index by older rules of search, may be made anew behind it in many
        transactions, while others read and write: then `progress` is told how many rows are done, and of how many.
        """
        ...

    def check(self, *, repair: bool = False, progress: Progress | None = None) -> list[Finding]:
        """Look whether what is derived from the rows, such as an index of search, agrees with them.

        With `repair` what is found is mended, in one transaction; the findings are the same. Without it, nothing is
        changed, and nobody has to wait.
        """
        ...

    def close(self) -> None:
        """Give everything back. Closing twice does nothing."""
        ...


class StoreSavepoint(Protocol):
    """A place in a transaction to return to. Ends by exactly one of the two, innermost first."""

    def release(self) -> None:
        """Keep what was written since; it is now part of what is around it."""
        ...

    def rollback(self) -> None:
        """Undo what was written since."""
        ...


class StoreSession(Protocol):
    """One transaction. Ends by exactly one of `commit` and `rollback`, also when `commit` raises."""

    # read

    def get(self, model: type[R], keys: Sequence[str]) -> dict[str, R]:
        """The rows with these keys; absent ones are left out. Raises `DataCorrupt` for one that cannot be decoded."""
        ...

    def find(self, query: Query) -> list[Any]:
        """Values in the query's order. A row that cannot be decoded is reported and left out."""
        ...

    def rows(self, query: Query, fields: Sequence[str]) -> list[tuple[Any, ...]]:
        """The same rows as `find`, only the chosen fields of each."""
        ...

    def stream(self, query: Query, batch: int) -> Iterator[list[Any]]:
        """The same values as `find`, in lists of at most `batch`, at flat memory. Ends with the session."""
        ...

    def aggregate(self, request: Aggregate) -> list[tuple[Any, ...]]:
        """Group and measure, as `Aggregate` says."""
        ...

    def search(self, request: SearchRequest) -> SearchResult:
        """Songs by text, by the rules of `karaoke_persist.contract.reference.search`, which also provides a default."""
        ...

    def search_artists(self, request: ArtistSearchRequest) -> list[ArtistHits]:
        """The same grouped by artist; the reference has a default for this too."""
        ...

    def complete(self, request: CompletionRequest) -> list[Completion]:
        """What a text may be the beginning of; the reference has a default for this too."""
        ...

    # write

    def insert(self, values: Sequence[Record], *, verbatim: bool = False) -> None:
        """Store new rows of one model, at revision 1.

        With `verbatim` they are stored as they are, revision and all, in place of those that have their keys: this is
        how a copy is made. Raises `AlreadyExists` for a unique field, and without `verbatim` for a taken key, and
        `ReferenceMissing`.
        """
        ...

    def upsert(self, values: Sequence[Record]) -> list[Written]:
        """Insert rows of one model, or update those whose key is there; atomic, keys distinct, answers in order.

        A new row gets every field, at revision 1. An existing one gets the `given` fields only, and a revision more if
        one of them differs. Raises `AlreadyExists` for a unique field, `ReferenceMissing`.
        """
        ...

    def patch(self, model: type[Record], key: str, changes: Mapping[str, Any], *, expect: int | None = None) -> Written:
        """Change the named fields of one row; the revision rises if one of them differs.

        Raises `NotFound`, `StaleWrite` when the row is not at revision `expect`, `AlreadyExists`, `ReferenceMissing`.
        """
        ...

    def patch_where(self, query: Query, changes: Mapping[str, Any]) -> list[Written]:
        """Change the named fields of every row of the query (order and limit count); answers for those that changed."""
        ...

    def delete_where(self, query: Query) -> list[Written]:
        """Delete every row of the query (its order and limit count).

        Raises `StillReferenced` if a row of any model names one of them: core has done cascades before.
        """
        ...

    # transaction

    def savepoint(self) -> StoreSavepoint:
        """A place to return to; nests."""
        ...

    def commit(self) -> None:
        """Make everything durable and visible. If it raises, nothing is kept, unless it raises `CommitUnknown`."""
        ...

    def rollback(self) -> None:
        """End and undo everything. Ends a read-only session too. Never raises because the connection is lost."""
        ...
