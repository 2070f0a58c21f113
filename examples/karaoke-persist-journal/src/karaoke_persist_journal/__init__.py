"""The `journal://` backend: a karaoke library in one text file, a line for each commit."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from karaoke_persist.contract import (
    BackendInfo,
    Capability,
    Finding,
    Progress,
    SchemaState,
    SongStore,
    StoreOptions,
    hookimpl,
)
from karaoke_persist.errors import BadURL, SchemaMismatch, Unsupported

from karaoke_persist_journal.journal import FORMAT, Journal
from karaoke_persist_journal.session import JournalSession

contract_version = "1.0"
_PREFIX = "journal:///"
_CAPABILITIES = frozenset({Capability.PERSISTENT, Capability.MULTI_PROCESS})


@hookimpl
def karaoke_open_store(url: str, options: StoreOptions) -> SongStore:
    """`journal:///relative.jsonl` or `journal:////absolute.jsonl`."""
    options.refuse_unknown_options()
    if not url.lower().startswith(_PREFIX) or not url[len(_PREFIX) :].strip("/") or "\x00" in url:
        raise BadURL(url, "it names no file", "Examples: journal:///karaoke.jsonl, journal:////srv/karaoke.jsonl")
    if options.durability not in (None, "full"):
        raise Unsupported("journal://", f"durability={options.durability!r}", "Every commit is synced.")
    return JournalStore(url, options)


class JournalStore:
    """One journal. It holds no file between sessions, so threads share it and a fork cannot break it."""

    def __init__(self, url: str, options: StoreOptions) -> None:
        self.info = BackendInfo("journal", version("karaoke-persist-journal"), contract_version, _CAPABILITIES, "full")
        self._timeout = options.timeout
        self._journal = Journal(Path(url[len(_PREFIX) :]).absolute(), options.models)
        state = self.schema()
        if options.check_schema and options.create_schema and state.state == "absent":
            state = self.migrate()
        if options.check_schema and state.state != "current":
            raise SchemaMismatch(state.state, state.found, state.expected, url)

    def session(self, *, read_only: bool = False, single: bool = False, timeout: float | None = None) -> JournalSession:
        if read_only:
            return JournalSession(self._journal, self._journal.latest(None), None)
        file = self._journal.lock(self._timeout if timeout is None else timeout)
        try:
            return JournalSession(self._journal, self._journal.latest(file), file)
        except BaseException:
            self._journal.unlock(file)
            raise

    def schema(self) -> SchemaState:
        found = self._journal.format()
        if found is None:
            return SchemaState("absent", None, str(FORMAT))
        return SchemaState("ahead" if found > FORMAT else "current", str(found), str(FORMAT))

    def migrate(self, progress: Progress | None = None) -> SchemaState:
        if self._journal.format() is None:
            self._journal.create(self._timeout)
        return self.schema()

    def check(self, *, repair: bool = False, progress: Progress | None = None) -> list[Finding]:
        """Nothing is kept beside the rows that could disagree with them."""
        return []

    def close(self) -> None:
        """Nothing is held between sessions."""
