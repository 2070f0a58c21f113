"""Reading on a driver's connection, within a transaction or one statement at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn, TypeVar, cast

from karaoke_persist.contract import (
    Aggregate,
    ArtistHits,
    ArtistSearchRequest,
    Completion,
    CompletionRequest,
    Query,
    SearchRequest,
    SearchResult,
    StoreSession,
    reference,
)
from karaoke_persist.errors import DataCorrupt
from karaoke_persist.models import Record
from karaoke_persist_sql.answers import decoded_answers
from karaoke_persist_sql.dialect import Activity, Undecodable
from karaoke_persist_sql.found import Found
from karaoke_persist_sql.host import SessionHost
from karaoke_persist_sql.leases import Lease
from karaoke_persist_sql.plans import ModelPlan
from karaoke_persist_sql.search.answering import Answers
from karaoke_persist_sql.search.indexes import Index
from karaoke_persist_sql.streams import RowStream, ValueStream

R = TypeVar("R", bound=Record)
Row = tuple[Any, ...]


class ReadingSession:
    """A read-only session, and the reading half of the other.

    A `single` one has no transaction: its one statement is a snapshot by itself.
    """

    writes = False

    def __init__(self, host: SessionHost, lease: Lease, timeout: float, *, single: bool = False) -> None:
        self.plans = host.plans
        self._host, self._lease, self._timeout, self._single = host, lease, timeout, single
        self._connection = lease.connection
        self._streams: list[ValueStream] = []

    def get(self, model: type[R], keys: Sequence[str]) -> dict[str, R]:
        """The rows with these keys."""
        plan = self.plans[model]
        if len(keys) == 1:
            rows = self.read(plan, plan.codec.fields, plan.get_one, (keys[0],), _raise)
        else:
            rows = self.read(plan, plan.codec.fields, plan.get_many, (self.plans.dialect.pack(keys),), _raise)
        name = plan.key_name
        return {value.__dict__[name]: value for value in plan.codec.decode_all(rows, _raise)}

    def readable(self, model: type[R], keys: Sequence[str]) -> dict[str, R]:
        """The rows with these keys, but for those that cannot be decoded, which are reported."""
        plan, report = self.plans[model], self._host.report_corrupt
        rows = self.read(plan, plan.codec.fields, plan.get_many, (self.plans.dialect.pack(keys),), report)
        name = plan.key_name
        return {value.__dict__[name]: value for value in plan.codec.decode_all(rows, report)}

    def find(self, query: Query) -> list[Any]:
        """Values in the query's order."""
        if query.limit == 0:
            return []
        plan, report = self.plans[query.model], self._host.report_corrupt
        sql, parameters = self.plans.select(query, plan.codec.fields)
        return plan.codec.decode_all(self.read(plan, plan.codec.fields, sql, parameters, report), report)

    def rows(self, query: Query, fields: Sequence[str]) -> list[Row]:
        """Chosen fields of the same rows."""
        if query.limit == 0:
            return []
        plan, report = self.plans[query.model], self._host.report_corrupt
        columns = (*fields, plan.key_name)  # the key, to tell which row is corrupt
        sql, parameters = self.plans.select(query, columns)
        rows = self.read(plan, columns, sql, parameters, report)
        return plan.codec.decode_fields(tuple(fields), rows, report)

    def stream(self, query: Query, batch: int) -> Iterator[list[Any]]:
        """The same values in lists of at most `batch`."""
        plan = self.plans[query.model]
        if self.plans.dialect.streams_need_transaction:
            self._begin_if_single()
        sql, parameters = self.plans.select(query, plan.codec.fields)
        rows = RowStream(self.plans.dialect, self._connection, (sql, parameters))
        stream = ValueStream(rows, plan, batch, self._host.report_corrupt)
        self._streams.append(stream)
        return stream

    def aggregate(self, request: Aggregate) -> list[Row]:
        """Groups and measures."""
        if request.limit == 0:
            return []
        if not request.by and not request.measures:
            return [()][request.offset :]
        plan, (sql, parameters) = self.plans[request.model], self.plans.aggregate(request)
        rows = self.read(plan, request.by, sql, parameters, self._host.report_corrupt)
        return decoded_answers(request, rows, plan.codec, self.plans.dialect)

    def search(self, request: SearchRequest) -> SearchResult:
        """Songs by text."""
        self._begin_if_single()  # more than one statement, and yet one snapshot
        if (index := self._index_for(request.missing)) is None:
            return reference.search(cast("StoreSession", self), request, self.plans.normaliser)
        return Answers(self, index).search(request)

    def search_artists(self, request: ArtistSearchRequest) -> list[ArtistHits]:
        """The same grouped by artist."""
        self._begin_if_single()
        if (index := self._index_for(request.missing)) is None:
            return reference.search_artists(cast("StoreSession", self), request, self.plans.normaliser)
        return Answers(self, index).search_artists(request)

    def complete(self, request: CompletionRequest) -> list[Completion]:
        """What a text may be the beginning of."""
        self._begin_if_single()
        if (index := self._index_for(request.missing)) is None:
            return reference.complete(cast("StoreSession", self), request, self.plans.normaliser)
        return Answers(self, index).complete(request)

    def _index_for(self, missing: bool) -> Index | None:
        """The index that may be asked: none about missing songs, and none that is by rules we do not know."""
        indexes = self.plans.layout.search
        return None if missing or indexes is None else indexes.asked(self)

    def has_table(self, name: str) -> bool:
        """Whether the database has a table of this name."""
        return bool(self.plans.dialect.existing_tables(self._connection, [name]))

    def found(self, batch: int) -> Found:
        """Rows as an older schema has them."""
        return Found(self._connection, self.plans, batch)

    def rollback(self) -> None:
        """End the session, and undo what it wrote."""
        broken = True
        try:
            self._close_streams()
            self._connection.rollback()
            broken = False
        except self.plans.dialect.driver_error:
            pass  # the connection is lost, and the transaction with it
        finally:
            self._host.finish(self._lease, writes=self.writes, broken=broken)

    def commit(self) -> None:
        """End a session that has nothing to commit."""
        self.rollback()

    def execute(self, sql: str) -> None:
        """Run a statement that has no answer."""
        try:
            self.plans.dialect.command(self._connection, sql)
        except self.plans.dialect.driver_error as error:
            self._fail(error)

    def fetch(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        """The rows of a statement that a write asks for."""
        try:
            return self._connection.execute(sql, parameters).fetchall()  # type: ignore[no-any-return]
        except self.plans.dialect.driver_error as error:
            rows = self._read_again(error, sql, parameters)
        if any(Undecodable in map(type, row) for row in rows):
            raise DataCorrupt("a table", "some text is not UTF-8")
        return rows

    def read(
        self, plan: ModelPlan, columns: Sequence[str], sql: str, parameters: Sequence[Any], report: Any
    ) -> list[Row]:
        """The rows of a statement about a model; those with text that cannot be decoded are reported."""
        try:
            return self._connection.execute(sql, parameters).fetchall()  # type: ignore[no-any-return]
        except self.plans.dialect.driver_error as error:
            rows = self._read_again(error, sql, parameters)
        return plan.codec.without_broken_text(columns, rows, report)

    def _read_again(self, error: Exception, sql: str, parameters: Sequence[Any]) -> list[Row]:
        """Once more, where that can help: past broken text, or over a fresh connection."""
        dialect = self.plans.dialect
        if self._single and dialect.is_disconnect(error):
            self._lease = self._host.renew(self._lease, self._timeout)
            self._connection = self._lease.connection
        elif not dialect.is_undecodable(error):
            self._fail(error)
        try:
            with dialect.lenient_text(self._connection):
                return self._connection.execute(sql, parameters).fetchall()  # type: ignore[no-any-return]
        except dialect.driver_error as again:
            self._fail(again)

    def _fail(self, error: Exception, activity: Activity = "work") -> NoReturn:
        raise self.plans.dialect.translate(error, activity, self._timeout) from error

    def _begin_if_single(self) -> None:
        if self._single:
            self._lease = self._host.begin_again(self._lease, self._timeout)
            self._connection = self._lease.connection
            self._single = False

    def _close_streams(self) -> None:
        for stream in self._streams:
            stream.close()


def _raise(error: DataCorrupt) -> None:
    raise error
