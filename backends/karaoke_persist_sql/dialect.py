"""What one database does differently. A further SQL backend is a subclass of this, a store and an error table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple

from sqlalchemy import ColumnElement, Numeric, func, literal_column
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.dml import Insert

from karaoke_persist.errors import KaraokePersistError
from karaoke_persist.models import Kind
from karaoke_persist_sql.search.index import SearchDialect
from karaoke_persist_sql.types import STANDARD_TYPES, ColumnTypes

Activity = Literal["open", "work", "commit"]
"""What was going on when the driver raised: an error inside COMMIT says less than elsewhere."""

Converter = Callable[[Any], Any]


class CounterNames(NamedTuple):
    """What the triggers of a table of counts are about."""

    rows: str
    """The table whose rows are counted."""
    counts: str
    """The table of counts."""
    field: str
    """The column whose values are counted."""
    folded: bool
    """Whether its fold stands beside it."""


class SQLDialect(ABC):
    """The expressions, the values and the errors of one database and its driver."""

    scheme: ClassVar[str]
    """The URL scheme, for messages."""
    compiler: Dialect
    """SQLAlchemy's dialect, with a positional parameter style."""
    driver: Dialect
    """SQLAlchemy's dialect that knows the driver, by which a pool tells whether a connection is alive."""
    driver_error: type[Exception]
    """The base class of what the driver raises."""
    sum_part_count: int = 1
    """How many columns `sum_parts` gives."""
    no_limit: int
    """The parameter of LIMIT that stands for no limit."""
    schema: str | None = None
    """The schema that holds our tables; None is where the database puts tables that name none."""
    column_types: ColumnTypes = STANDARD_TYPES
    """The type of the column of each kind of field."""
    table_options: Mapping[str, Any] = MappingProxyType({})
    """Options of SQLAlchemy's `Table` for tables of rows."""
    counter_options: Mapping[str, Any] = MappingProxyType({})
    """The same for tables of counts."""
    row_place: str | None = None
    """The hidden column by which a row is found fastest, where a UNION copies rows and a left join keeps its order."""
    search: SearchDialect | None = None
    """How grams are kept and asked for; without it, search looks at every song."""
    streams_need_transaction: bool = False
    """Whether a stream can only be read within a transaction."""
    encoders: Mapping[Kind, Converter]
    """From a value that is not None to a parameter, for the kinds the driver does not take as they are."""
    decoders: Mapping[Kind, Converter]
    """From a column that is not NULL to a value, for the kinds the driver does not give as they are.

    They raise `ValueError`, `TypeError` or `KeyError` for what this package cannot have written.
    """

    @abstractmethod
    def pack(self, values: Sequence[Any]) -> Any:
        """Many encoded values as one parameter."""

    @abstractmethod
    def is_packed(self, column: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a column has one of the values of a packed parameter."""

    def unindexed(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A text column in a form that no index is used for."""
        return column.concat(literal_column("''"))

    @abstractmethod
    def is_present(self, column: ColumnElement[Any], kind: Kind) -> ColumnElement[bool]:
        """Whether a column is not NULL, told so that an index can skip the NULLs."""

    @abstractmethod
    def contains(self, column: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a text column holds a text."""

    @abstractmethod
    def has_element(self, column: ColumnElement[Any], kind: Kind, parameter: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the JSON array in a column holds a text, or the JSON object a name. False for broken JSON."""

    @abstractmethod
    def insert(self, table: Any) -> Insert:
        """An INSERT that knows `on_conflict_do_update`."""

    @abstractmethod
    def existing_tables(self, connection: Any, names: Sequence[str]) -> set[str]:
        """Those of the named tables that the database holds, by one query on a raw connection."""

    @abstractmethod
    def translate(self, error: Exception, activity: Activity, timeout: float) -> KaraokePersistError:
        """The error of the contract for an error of the driver, told by its code."""

    @abstractmethod
    def counter_triggers(self, counter: CounterNames) -> Sequence[str]:
        """The statements that create the triggers which keep a table of counts."""

    @abstractmethod
    def total_triggers(self, counts: str, total: str) -> Sequence[str]:
        """The statements that create the triggers which keep the number of rows of a table of counts."""

    def qualified(self, table: str) -> str:
        """A table's name as statements written by hand have to say it."""
        return table

    def comparable(self, column: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        """A column in a form that can be told from a value of the same kind."""
        return column

    def sum_parts(self, column: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
        """The sum of an integer column, most significant part first, each part after the first holding 32 bits."""
        return (func.sum(column, type_=Numeric()),)  # a bound to compare it with may pass 64 bits too

    def is_disconnect(self, error: Exception) -> bool:
        """Whether the connection was lost, so that a fresh one may do."""
        return False

    def is_undecodable(self, error: Exception) -> bool:
        """Whether a statement failed only because the driver could not decode the text of some row."""
        return False

    def lenient_text(self, connection: Any) -> AbstractContextManager[None]:
        """Within it, `Undecodable` stands in the place of text that cannot be decoded."""
        return nullcontext()

    def command(self, connection: Any, sql: str) -> None:
        """Run a statement that has neither parameters nor an answer."""
        connection.execute(sql)

    def stream_cursor(self, connection: Any) -> Any:
        """A cursor whose rows are fetched as they are asked for, at flat memory."""
        return connection.cursor()


class Undecodable(bytes):
    """The bytes of a text that is none."""
