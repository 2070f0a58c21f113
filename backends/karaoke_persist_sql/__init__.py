"""What SQL backends share: tables generated from the models, statements, sessions, schema and migrations.

An author of a further SQL backend writes a `SQLDialect` (expressions, values, errors), a `SQLStore` (connections, how a
transaction and a migration begin), and an entry point.
"""

from karaoke_persist_sql.codec import JSON_DECODERS, JSON_ENCODERS
from karaoke_persist_sql.dialect import Activity, Converter, CounterNames, SQLDialect, Undecodable
from karaoke_persist_sql.layout import Layout, layout_of
from karaoke_persist_sql.leases import Lease, Leases
from karaoke_persist_sql.schema import create
from karaoke_persist_sql.session import WritingSession
from karaoke_persist_sql.store import SQLStore
from karaoke_persist_sql.types import ColumnTypes

__all__ = [
    "JSON_DECODERS",
    "JSON_ENCODERS",
    "Activity",
    "ColumnTypes",
    "Converter",
    "CounterNames",
    "Layout",
    "Lease",
    "Leases",
    "SQLDialect",
    "SQLStore",
    "Undecodable",
    "WritingSession",
    "create",
    "layout_of",
]
