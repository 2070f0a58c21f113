"""The session that operations use: one transaction of a backend, under the rules that are the same for all.

Closed, failed, wrong thread, read-only, limits of values, recording of changes and their undoing by a savepoint stand
here once. A backend cannot get them wrong, because it does not have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from karaoke_persist.contract import (
    Aggregate,
    ArtistHits,
    ArtistSearchRequest,
    Completion,
    CompletionRequest,
    Eq,
    In,
    Or,
    Query,
    SearchRequest,
    SearchResult,
    StoreSavepoint,
    StoreSession,
    Written,
)
from karaoke_persist.contract.changes import change_of, copied
from karaoke_persist.contract.checks import check_aggregate, check_key, check_query, check_revision
from karaoke_persist.contract.search.checks import check_artist_search, check_completion, check_search
from karaoke_persist.errors import (
    InvalidValue,
    SessionClosed,
    SessionFailed,
    StorageError,
    StoreBug,
    UsageError,
    WrongThread,
)
from karaoke_persist.models import Record
from karaoke_persist.models.record import checked_fields
from karaoke_persist.session.context import Outcome, SessionContext, SnapshotNeeded
from karaoke_persist.session.guards import reading, writing
from karaoke_persist.session.home import here
from karaoke_persist.session.savepoint import Savepoint
from karaoke_persist.session.stream import Stream

R = TypeVar("R", bound=Record)


class Session:
    """One transaction. Belongs to the thread that opened it, until its block ends."""

    def __init__(
        self, backend: StoreSession, context: SessionContext, *, read_only: bool, single: bool = False
    ) -> None:
        self.context = context
        self.read_only = read_only
        self._single = single
        self._backend = backend
        self._home = here()
        self._open = True
        self._failure: BaseException | None = None
        self._streams: list[Stream[Any]] = []
        self._outcome = Outcome()

    # read

    @reading
    def get(self, model: type[R], key: str) -> R | None:
        """The row with this key, or None."""
        check_key(model, key)
        return self._backend.get(model, (key,)).get(key)

    @reading
    def get_many(self, model: type[R], keys: Iterable[str]) -> dict[str, R]:
        """The rows with these keys, in the keys' order; absent ones are left out."""
        wanted = list(dict.fromkeys(keys))
        for key in wanted:
            check_key(model, key)
        found = self._backend.get(model, wanted) if wanted else {}
        return {key: found[key] for key in wanted if key in found}

    @reading
    def find(self, query: Query) -> list[Any]:
        """All values of a query, in its order."""
        check_query(query)
        return self._backend.find(query)

    @reading
    def rows(self, query: Query, fields: Sequence[str]) -> list[tuple[Any, ...]]:
        """The chosen fields of each row of a query."""
        check_query(query)
        return self._backend.rows(query, tuple(fields))

    @reading
    def stream(self, query: Query, batch: int = 1_000) -> Iterator[list[Any]]:
        """The values of a query in lists of at most `batch`. Writing to its model in this session ends it."""
        check_query(query)
        if batch < 1:
            raise InvalidValue("batch", batch, "at least 1 row must be read at a time")
        stream = Stream(self, query.model, self._backend.stream(query, batch))
        self._streams.append(stream)
        return stream

    @reading
    def aggregate(self, request: Aggregate) -> list[tuple[Any, ...]]:
        """The measures of each group."""
        check_aggregate(request)
        return self._backend.aggregate(request)

    @reading
    def search(self, request: SearchRequest) -> SearchResult:
        """Songs by text, best first."""
        check_search(request)
        return self._backend.search(request)

    @reading
    def search_artists(self, request: ArtistSearchRequest) -> list[ArtistHits]:
        """The same grouped by artist, in the order of their names."""
        check_artist_search(request)
        return self._backend.search_artists(request)

    @reading
    def complete(self, request: CompletionRequest) -> list[Completion]:
        """Songs and artists whose name begins with a text, the most sung first."""
        check_completion(request)
        return self._backend.complete(request)

    # write

    @writing
    def insert(self, *values: Record) -> None:
        """Store new rows of one model."""
        if values:
            prepared = self._prepared(values)
            self._backend.insert(prepared)
            self._record(type(values[0]), [Written(value.key, 0, 1) for value in prepared])

    @writing
    def insert_verbatim(self, values: Sequence[Record]) -> None:
        """Store rows of one model as they stand elsewhere, in place of those with their keys; told as one change."""
        if not values:
            return
        self._check_batch(values)
        for value in values:
            if value.revision < 1:
                raise InvalidValue(f"{type(value).__name__}.revision", value.revision, "a stored row is at 1 or more")
        self._backend.insert(values, verbatim=True)
        self._record_copied(type(values[0]))

    @writing
    def delete_verbatim(self, model: type[Record], keys: Sequence[str]) -> int:
        """Delete rows because they are not there elsewhere. Nothing goes with them: raises `StillReferenced`."""
        written = self._backend.delete_where(Query(model, In(model.integrity.key, keys)))
        if written:
            self._record_copied(model)
        return len(written)

    @writing
    def upsert(self, values: Sequence[Record]) -> list[Written]:
        """Insert rows of one model, or write the `given` fields over those that are there. All or nothing."""
        if not values:
            return []
        written = self._backend.upsert(self._prepared(values))
        self._record(type(values[0]), written)
        return written

    @writing
    def patch(self, model: type[Record], key: str, changes: Mapping[str, Any], *, expect: int | None = None) -> Written:
        """Change the named fields of one row, others stay. Raises `NotFound`, `StaleWrite`."""
        check_key(model, key)
        if expect is not None:
            check_revision(model, expect)
        written = self._backend.patch(model, key, model.checked_changes(changes), expect=expect)
        self._record(model, [written])
        return written

    @writing
    def maintain(self, model: type[Record], key: str, values: Mapping[str, Any]) -> None:
        """Set fields that the library keeps itself (`Integrity.maintained`); neither revision nor event comes of it."""
        if not model.integrity.maintains(values):
            raise InvalidValue(model.__name__, values, "only maintained fields are set here; patch the others")
        self._backend.patch(model, key, checked_fields(model, values))
        self._close_streams(model)

    @writing
    def patch_where(self, query: Query, changes: Mapping[str, Any]) -> int:
        """Change the named fields of every row of a query; the number of rows that changed."""
        check_query(query)
        written = self._backend.patch_where(query, query.model.checked_changes(changes))
        self._record(query.model, written)
        return len(written)

    @writing
    def delete(self, model: type[Record], key: str) -> bool:
        """Delete one row, and by the rules of its references what names it; False if it was not there."""
        check_key(model, key)
        return self._delete(Query(model, Eq(model.integrity.key, key))) > 0

    @writing
    def delete_where(self, query: Query) -> int:
        """Delete every row of a query, and by the rules of their references what names them."""
        check_query(query)
        return self._delete(query)

    # transaction

    @contextmanager
    def savepoint(self) -> Iterator[Savepoint]:
        """A block that is undone by itself, data and changes alike, when an exception leaves it."""
        savepoint = Savepoint(self, self._begin_savepoint())
        try:
            yield savepoint
        except BaseException:
            savepoint.leave_by_error()
            raise
        savepoint.leave()

    @writing
    def on_commit(self, callback: Callable[[], object]) -> None:
        """Call this after the commit, in this thread, the session closed. What it raises is logged."""
        self._outcome.callbacks.append(callback)

    def commit(self) -> Outcome:
        """Make everything durable, and say what happened. A session that cannot be used is rolled back."""
        try:
            self.check_usable()
        except UsageError:
            self.rollback()
            raise
        self._close_streams(None)
        self._open = False
        if self.read_only:
            self._backend.rollback()
        else:
            self._commit()
        return self._outcome

    def rollback(self) -> None:
        """End the session and undo everything. Ending twice does nothing."""
        if not self._open:
            return
        self._open = False
        if self._home.process is here().process:  # in a forked child the connection is the parent's: hands off
            self._close_streams(None)
            self._backend.rollback()

    # the state of the session

    @property
    def is_open(self) -> bool:
        """Whether neither commit nor rollback has ended the session."""
        return self._open

    @property
    def backend_name(self) -> str:
        """The URL scheme of the store."""
        return self.context.backend

    def check_usable(self) -> None:
        """Raise unless the session is open, unbroken, and used where it was opened."""
        if self._home is not here():
            raise WrongThread
        if not self._open:
            raise SessionClosed
        if self._failure is not None:
            raise SessionFailed(self._failure) from self._failure

    def fail(self, cause: BaseException) -> None:
        """From here on the session can only be left."""
        self._failure = cause

    def need_snapshot(self) -> None:
        """Say that another read follows; a one-shot call that was opened for one begins again, with a snapshot."""
        if self._single:
            raise SnapshotNeeded

    # what savepoints and streams ask of their session

    def mark(self) -> tuple[int, int]:
        """How many changes and callbacks there are."""
        return len(self._outcome.changes), len(self._outcome.callbacks)

    @writing
    def undo_to(self, mark: tuple[int, int], savepoint: StoreSavepoint) -> None:
        """Return to a savepoint, and forget the changes and callbacks after it."""
        self._close_streams(None)
        savepoint.rollback()
        del self._outcome.changes[mark[0] :]
        del self._outcome.callbacks[mark[1] :]

    @writing
    def keep(self, savepoint: StoreSavepoint) -> None:
        """Release a savepoint."""
        savepoint.release()

    @reading
    def next_batch(self, batches: Iterator[list[R]]) -> list[R] | None:
        """The next batch of a backend's stream, or None at its end."""
        return next(batches, None)

    @writing
    def _begin_savepoint(self) -> StoreSavepoint:
        return self._backend.savepoint()

    def _commit(self) -> None:
        try:
            self._backend.commit()
        except StorageError:
            raise
        except Exception as error:
            raise StoreBug(self.backend_name, f"commit raised {error!r}") from error

    def _prepared(self, values: Sequence[Record]) -> list[Record]:
        """Check a batch, and stamp the time on rows that came without."""
        self._check_batch(values)
        now = self.context.clock()
        return [_derived(_unmaintained(_stamped(value, now))) for value in values]

    def _check_batch(self, values: Sequence[Record]) -> None:
        """Refuse a batch of several models, or with a key twice."""
        model, seen = type(values[0]), set[str]()
        if not issubclass(model, Record):
            raise InvalidValue("value", values[0], "a model such as Song(…) is expected")
        for value in values:
            if type(value) is not model:
                raise InvalidValue("batch", value, f"all values must be {model.__name__}, like the first")
            if value.key in seen:
                raise InvalidValue(f"{model.__name__}.{model.integrity.key}", value.key, "it comes twice in one batch")
            seen.add(value.key)

    def _record(self, model: type[Record], written: Iterable[Written]) -> None:
        self._close_streams(model)
        changes = (change_of(model.__name__, each) for each in written)
        self._outcome.changes += [change for change in changes if change is not None]

    def _record_copied(self, model: type[Record]) -> None:
        self._close_streams(model)
        change = copied(model.__name__)
        if change not in self._outcome.changes:
            self._outcome.changes.append(change)

    def _delete(self, query: Query) -> int:
        references = [
            (model, reference)
            for model in self.context.models
            for reference in model.integrity.references
            if reference.to == query.model.integrity.collection
        ]
        if not references:
            return self._delete_rows(query)
        key = query.model.integrity.key
        keys = [row[0] for row in self._backend.rows(query, (key,))]
        if not keys:
            return 0
        with self.savepoint():
            branch = self._with_descendants(query.model, keys)
            for model, reference in references:
                if model is not query.model or reference.on_delete != "cascade":
                    self._let_go(model, reference.field, branch, reference.on_delete)
            self._delete_rows(Query(query.model, In(key, branch)))
        return len(keys)

    def _with_descendants(self, model: type[Record], keys: list[str]) -> list[str]:
        """These keys and, level by level, those of the rows in the same model that go with them; circles end."""
        own, key = model.integrity.collection, model.integrity.key
        fields = [each.field for each in model.integrity.references if each.to == own and each.on_delete == "cascade"]
        found, level = dict.fromkeys(keys), keys
        while fields and level:
            naming = Query(model, Or(*(In(field, level) for field in fields)))
            level = [row[0] for row in self._backend.rows(naming, (key,)) if row[0] not in found]
            found.update(dict.fromkeys(level))
        return list(found)

    def _let_go(self, model: type[Record], field_name: str, keys: Sequence[str], on_delete: str) -> None:
        """Do for the rows that name these keys what their reference says."""
        naming = Query(model, In(field_name, keys))
        if on_delete == "cascade":
            self._delete(naming)
        elif on_delete == "set_null":
            self._record(model, self._backend.patch_where(naming, {field_name: None}))

    def _delete_rows(self, query: Query) -> int:
        written = self._backend.delete_where(query)
        self._record(query.model, written)
        return len(written)

    def _close_streams(self, model: type[Record] | None) -> None:
        """End the open streams over a model, or all of them."""
        for stream in self._streams:
            if model is None or stream.model is model:
                stream.close()


def _stamped(value: Record, now: datetime) -> Record:
    name = value.integrity.stamped
    if name is None or name in value.model_fields_set:
        return value
    # Not among the given fields: an upsert must not move the date of a row that is there.
    return value.replaced({name: now})


def _unmaintained(value: Record) -> Record:
    """The value as a new row begins: what the library maintains is at its defaults, whatever a copy carries."""
    fresh = _fresh(type(value))
    return value.replaced(fresh) if value.differing(fresh) else value


def _derived(value: Record) -> Record:
    """The value with what is derived from its fields, whatever it carries."""
    if not value.integrity.derived:
        return value
    derived = value.integrity.derive(value.__dict__)
    return value.replaced(derived) if value.differing(derived) else value


@cache
def _fresh(model: type[Record]) -> dict[str, Any]:
    return {name: model.model_fields[name].default for name in model.integrity.maintained}
