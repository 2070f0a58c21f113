"""How the kit reaches a store: by name, through as many handles as a rule needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Protocol, Unpack, cast

import pytest

import karaoke_persist
from karaoke_persist import Change, Library, OpenOptions, SessionClosed, Song
from karaoke_persist.contract import Capability, Query
from karaoke_persist.ids import new_id
from karaoke_persist.models import Record
from karaoke_persist.plugins import load_backend
from karaoke_persist.session import Session, SessionContext
from karaoke_persist.testing.probes import KIT_MODELS
from karaoke_persist.testing.rule import Level
from karaoke_persist.urls import scheme_of

StoreUrl = Callable[[str], str]
"""Gives the URL of the database of a name: empty when a test begins, the same database for the same name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is. It can be handed to another process."""

    url: str
    options: OpenOptions = field(default_factory=lambda: cast(OpenOptions, {}))

    def open(self, **more: Unpack[OpenOptions]) -> Library:
        """A new handle on the store, with every model of the kit, that raises instead of degrading."""
        options: dict[str, Any] = {"on_error": "raise", "models": KIT_MODELS, **self.options, **more}
        return karaoke_persist.open(self.url, **cast(OpenOptions, options))


class Opener(Protocol):
    """Opens handles that are closed when the test ends."""

    def __call__(self, name: str = "main", **options: Unpack[OpenOptions]) -> Library:
        """A new handle on the store of this name."""
        ...


class Conformance:
    """The fixtures of every rule. A backend gives `store_url`; the rest follows."""

    level: Level = "full"
    """`core` leaves out the topics of `FULL_ALONE`: those rules are skipped."""
    known_gaps: Mapping[str, str] = MappingProxyType({})
    """Rules that are known not to hold yet, by id as pytest shows it, each with the reason."""

    shown_id: str = ""
    _scheme: str
    _opened: list[Library]

    @property
    def contract_version(self) -> str:
        """What the backend under test declares."""
        declared: str = load_backend(self._scheme).contract_version
        return declared

    @pytest.fixture
    def store_url(self) -> StoreUrl:
        """Give the URL of the database of a name: empty when a test begins, the same database for the same name."""
        raise NotImplementedError("a subclass of BackendConformance gives the fixture `store_url`: see its docstring")

    @pytest.fixture
    def store_options(self) -> OpenOptions:
        """Give the options that every handle is opened with, such as `backend_options`."""
        return {}

    @pytest.fixture(autouse=True)
    def conformance_rule(self, request: pytest.FixtureRequest, store_url: StoreUrl) -> object:
        """Give the rule under test, and remember which backend it is about."""
        self._scheme = scheme_of(store_url("main"))
        self._opened = []
        shown = getattr(request.node, "callspec", None)
        self.shown_id = "" if shown is None else shown.id
        return getattr(request, "param", None)

    def check_nothing_left(self) -> None:
        """Fail if a test left a session open: the writer taken, or what the store itself counts as `sessions_open`."""
        for library in self._opened:
            with suppress(SessionClosed), library.transaction(timeout=0):
                left = getattr(library.store, "sessions_open", 1)
                assert left == 1, f"{left - 1} sessions are open beside the one that looks, after all have ended"

    @pytest.fixture
    def place(self, store_url: StoreUrl, store_options: OpenOptions) -> Place:
        """Give the place of the store under test."""
        return Place(store_url("main"), store_options)

    @pytest.fixture
    def open_library(self, store_url: StoreUrl, store_options: OpenOptions) -> Iterator[Opener]:
        """Give a function that opens handles by name, and close them after the test."""

        def opener(name: str = "main", **options: Unpack[OpenOptions]) -> Library:
            self._opened.append(Place(store_url(name), store_options).open(**options))
            return self._opened[-1]

        yield opener
        for library in reversed(self._opened):
            library.close()

    @pytest.fixture
    def library(self, open_library: Opener) -> Library:
        """Give a handle on an empty store."""
        return open_library()

    @pytest.fixture
    def other(self, library: Library, open_library: Opener) -> Library:
        """Give a second handle on the same store: what is claimed to be there or not is looked at through this."""
        return open_library()


class Probe(Session):
    """A session for any model. `changes` is what listeners would have heard, once it is committed."""

    changes: tuple[Change, ...] = ()


@contextmanager
def probing(
    library: Library,
    *,
    read_only: bool = False,
    timeout: float | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Probe]:
    """A transaction over any model: what `library.transaction()` is, without the namespaces."""
    backend = library.store.session(read_only=read_only, timeout=timeout)
    context = SessionContext(library.store.info.scheme, KIT_MODELS, clock, new_id)
    probe = Probe(backend, context, read_only=read_only)
    try:
        yield probe
    except BaseException:
        probe.rollback()
        raise
    if probe.is_open:
        probe.changes = tuple(probe.commit().changes)


def stored(library: Library, *values: Record) -> None:
    """Commit values of any models, in this order."""
    with probing(library) as probe:
        for value in values:
            probe.insert(value)


def add_songs(library: Library, *songs: Song) -> None:
    """Commit songs."""
    library.songs.upsert_songs(songs)


def contents(library: Library) -> dict[tuple[str, str], str]:
    """Everything a store holds, as text, in which 1, 1.0 and true are three different values."""
    with probing(library, read_only=True) as probe:
        rows = [row for model in KIT_MODELS for row in probe.find(Query(model))]
    return {(type(row).__name__, row.key): json.dumps(row.to_dict(), sort_keys=True) for row in rows}


@contextmanager
def nothing_changes(observer: Library) -> Iterator[None]:
    """Assert that what happens in the block leaves everything as it was, as this handle sees it."""
    before = contents(observer)
    yield
    assert contents(observer) == before


def require(library: Library, *capabilities: Capability) -> None:
    """Skip a rule that speaks of capabilities which the backend does not declare."""
    missing = [each.value for each in capabilities if each not in library.store.info.capabilities]
    if missing:
        pytest.skip(f"the backend does not declare {', '.join(missing)}")
