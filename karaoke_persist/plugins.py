"""The typed face of the plugin manager.

Backends are found by URL scheme and loaded one at a time; listeners, rotation policies and importers are loaded per
library. A broken plugin breaks nobody else: it is left out, logged, and listed with its cause.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, cast

import pluggy

from karaoke_persist.contract import CONTRACT_VERSION, Change, OperationFailure, SongStore, StoreOptions
from karaoke_persist.contract.hooks import (
    BACKENDS_GROUP,
    PLUGINS_GROUP,
    PROJECT,
    BackendHooks,
    ImportHooks,
    ListenerHooks,
    MediaHooks,
    RotationHooks,
)
from karaoke_persist.contract.importing import Importer, Importers
from karaoke_persist.contract.media import MediaReader, NamePattern
from karaoke_persist.contract.policies import POLICIES
from karaoke_persist.contract.rotation import RotationPolicies, RotationPolicy
from karaoke_persist.errors import ContractMismatch, KaraokePersistError, PluginBroken, UnknownScheme
from karaoke_persist.plugin_checks import KINDS, RESERVED_READERS, Addition, checked_additions, checked_patterns
from karaoke_persist.urls import scheme_of

log: logging.Logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """One entry point as `karaoke-persist backends` lists it. `problem` is None when it loads."""

    name: str
    distribution: str
    contract_version: str | None
    problem: str | None


# backends


def open_store(url: str, options: StoreOptions) -> SongStore:
    """Load the backend of this URL's scheme, and only that one, and let it open the store."""
    scheme = scheme_of(url)
    plugin = load_backend(scheme)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(BackendHooks)
    _register(manager, plugin, scheme)
    store = manager.hook.karaoke_open_store(url=url, options=options)
    if store is None or not callable(getattr(store, "session", None)):
        raise PluginBroken(scheme, f"karaoke_open_store returned {store!r}, which is no store")
    return cast(SongStore, store)


def load_backend(scheme: str) -> Any:
    """The plugin object of a scheme, its contract version checked."""
    found = list(entry_points(group=BACKENDS_GROUP, name=scheme))
    if not found:
        known = sorted({point.name for point in entry_points(group=BACKENDS_GROUP)})
        raise UnknownScheme(scheme, known, next(iter(get_close_matches(scheme, known, n=1)), None))
    if len({point.value for point in found}) > 1:
        names = " and ".join(sorted(_distribution(point) for point in found))
        raise PluginBroken(scheme, f"{names} both provide {scheme}://; keep one")
    plugin = _load(found[0])
    _check_contract(scheme, plugin)
    return plugin


def installed_backends() -> list[InstalledPlugin]:
    """Every installed backend, also those that are broken, with the cause."""
    points = sorted(entry_points(group=BACKENDS_GROUP), key=lambda point: (point.name, point.value))
    return [_describe_backend(point) for point in points]


def _describe_backend(point: EntryPoint) -> InstalledPlugin:
    version: str | None = None
    try:
        version = getattr(_load(point), "contract_version", None)
        load_backend(point.name)
    except KaraokePersistError as error:
        return InstalledPlugin(point.name, _distribution(point), version, str(error))
    return InstalledPlugin(point.name, _distribution(point), version, None)


def _check_contract(scheme: str, plugin: Any) -> None:
    theirs = getattr(plugin, "contract_version", None)
    if not isinstance(theirs, str):
        raise PluginBroken(scheme, 'it has no attribute contract_version = "1.0"')
    try:
        major, minor = (int(part) for part in theirs.split("."))
    except ValueError:
        raise PluginBroken(scheme, f"its contract_version {theirs!r} is not of the form 1.0") from None
    our_major, our_minor = (int(part) for part in CONTRACT_VERSION.split("."))
    if major != our_major or minor > our_minor:
        raise ContractMismatch(scheme, theirs, CONTRACT_VERSION)


# the plugins of a library


class Plugins:
    """What listens to one library and adds to it: our own part, installed plugins, and those handed to `open`."""

    def __init__(self, plugins: Iterable[object] = (), own: Iterable[object] = ()) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        for hooks in (ListenerHooks, RotationHooks, MediaHooks, ImportHooks):
            self._manager.add_hookspecs(hooks)
        self._policies: dict[str, RotationPolicy] = dict(POLICIES)
        self._readers: dict[str, MediaReader] = {}
        self._patterns: list[NamePattern] = []
        self._importers: dict[str, Importer] = {}
        for plugin in own:
            self._add(plugin, repr(plugin))
        for point in entry_points(group=PLUGINS_GROUP):
            self._add_installed(point)
        for plugin in plugins:
            self._add(plugin, repr(plugin))

    @property
    def rotation_policies(self) -> RotationPolicies:
        """The built-in policies and those of the plugins, by name."""
        return MappingProxyType(self._policies)

    @property
    def media_readers(self) -> Mapping[str, MediaReader]:
        """The readers of the plugins, by name."""
        return MappingProxyType(self._readers)

    @property
    def name_patterns(self) -> tuple[NamePattern, ...]:
        """The forms of file names of the plugins."""
        return tuple(self._patterns)

    @property
    def importers(self) -> Importers:
        """Our own importers and those of the plugins, by the names of their formats."""
        return MappingProxyType(self._importers)

    def after_commit(self, changes: tuple[Change, ...]) -> None:
        """Tell every listener; what one raises is logged and keeps nobody else from hearing."""
        self._tell("karaoke_after_commit", changes=changes)

    def operation_failed(self, failure: OperationFailure) -> None:
        """Tell every listener of a failure that was not raised."""
        self._tell("karaoke_operation_failed", failure=failure)

    def _tell(self, hook: str, **arguments: object) -> None:
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            try:
                implementation.function(*(arguments[name] for name in implementation.argnames))
            except Exception:
                log.exception("plugin %s failed in %s", implementation.plugin_name, hook)

    def _add_installed(self, point: EntryPoint) -> None:
        try:
            self._add(_load(point), point.name)
        except PluginBroken as error:
            log.error("left out: %s", error, exc_info=error)

    def _add(self, plugin: Any, name: str) -> None:
        _register(self._manager, plugin, name)
        try:
            self._take(plugin, name)
        except PluginBroken:
            self._manager.unregister(plugin)
            raise

    def _take(self, plugin: Any, name: str) -> None:
        """Take what a plugin adds: all of it, or nothing."""
        taken = {**dict.fromkeys(RESERVED_READERS), **self._readers}
        there: tuple[Mapping[str, Any], ...] = (self._policies, taken, self._importers)
        policies, readers, importers = (
            self._additions(plugin, name, kind, known) for kind, known in zip(KINDS, there, strict=True)
        )
        patterns = [
            pattern
            for hook in self._hooks_of(plugin, "karaoke_name_patterns")
            for pattern in checked_patterns(name, hook)
        ]
        self._policies.update(policies)
        self._readers.update(readers)
        self._importers.update(importers)
        self._patterns += patterns

    def _additions(self, plugin: Any, name: str, kind: Addition, there: Mapping[str, Any]) -> dict[str, Any]:
        """What a plugin adds of a kind, checked against those there are."""
        found: dict[str, Any] = {}
        for hook in self._hooks_of(plugin, kind.hook):
            found |= checked_additions(name, kind, hook)
        for each in found:
            if each in there:
                raise PluginBroken(name, f"there is {kind.what} {each!r} already; give it another name")
        return found

    def _hooks_of(self, plugin: Any, hook: str) -> list[Callable[[], object]]:
        implementations = getattr(self._manager.hook, hook).get_hookimpls()
        return [each.function for each in implementations if each.plugin is plugin]


def _load(point: EntryPoint) -> Any:
    try:
        return point.load()
    except KaraokePersistError:
        raise
    except Exception as error:
        raise PluginBroken(f"{point.name} of {_distribution(point)}", f"loading it raised {error!r}") from error


def _register(manager: pluggy.PluginManager, plugin: Any, name: str) -> None:
    """Register and check a plugin; without a hook, or with one that does not exist or fit, it is `PluginBroken`."""
    try:
        manager.register(plugin, name=name)
        manager.check_pending()
        if not manager.get_hookcallers(plugin):
            raise ValueError("it implements no hook; mark its functions with karaoke_persist.hookimpl")
    except (pluggy.PluginValidationError, ValueError) as error:
        if manager.has_plugin(name):
            manager.unregister(name=name)
        raise PluginBroken(name, str(error)) from error


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown distribution"
