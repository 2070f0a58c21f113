"""From a URL and the backend's options to what libpq is told."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from karaoke_persist.contract import StoreOptions
from karaoke_persist.errors import BadOption, BadURL

_SCHEME = re.compile(r"(?i)(?:postgres|postgresql)(?:\+psycopg)?://")
_FORM = "Write postgresql://user:password@host:5432/database, and %-escapes for special characters."
_DEFAULTS = {
    "application_name": "karaoke-persist",
    # A server that vanished without a word is noticed within two minutes: where an answer is waited for, not within
    # two hours, and where a request is on its way, not within a quarter of an hour.
    "keepalives_idle": "60",
    "keepalives_interval": "15",
    "keepalives_count": "4",
    "tcp_user_timeout": "120000",
}
_LONGEST_NAME = 63


def conninfo_of(url: str, timeout: float) -> str:
    """The connection string that a store URL stands for; it holds the password."""
    if not _SCHEME.match(url):
        raise BadURL(url, "psycopg is the only driver here", _FORM)
    try:
        given = conninfo_to_dict(_SCHEME.sub("postgresql://", url, count=1))
    except psycopg.ProgrammingError:
        # The driver's own message may quote what it could not read, and that may be the password.
        raise BadURL(url, "libpq cannot read it", _FORM) from None
    settings: dict[str, Any] = {**_DEFAULTS, "connect_timeout": str(max(2, math.ceil(timeout))), **given}
    settings["client_encoding"] = "UTF8"
    return make_conninfo("", **settings)


def described(conninfo: str) -> str:
    """The database in words, without the password."""
    given = conninfo_to_dict(conninfo)
    host, port = given.get("host", "this machine"), given.get("port", 5432)
    return f"the PostgreSQL database {given.get('dbname', given.get('user', 'of this user'))!r} on {host}:{port}"


class PostgresOptions(NamedTuple):
    """What `backend_options` may hold beside the options of the pool."""

    schema: str | None = None
    """Where the tables are; None is the first schema of the search path, usually `public`."""
    prepare: bool = True
    """Whether statements are prepared on the server. False behind a pooler that shares connections, like PgBouncer."""

    @classmethod
    def of(cls, options: StoreOptions) -> Self:
        """Check what the host gave."""
        chosen = cls(**{name: value for name, value in options.backend_options.items() if name in cls._fields})
        if type(chosen.prepare) is not bool:
            raise BadOption("prepare", f"{chosen.prepare!r} is neither True nor False", "Give one of them.")
        if chosen.schema is not None and not _is_name(chosen.schema):
            raise BadOption("schema", f"{chosen.schema!r} is no name of a schema", "Give 1 to 63 bytes, not pg_….")
        return chosen


def _is_name(name: object) -> bool:
    if not isinstance(name, str) or "\x00" in name or name.startswith("pg_"):
        return False
    return 0 < len(name.encode("utf-8", "surrogatepass")) <= _LONGEST_NAME and name.isprintable()
