"""The typed face of the plugin manager.

Backends are found by URL scheme and loaded one at a time; listeners and rotation policies are loaded per library. A
broken plugin breaks nobody else: it is left out, logged, and listed with its cause.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
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
    ListenerHooks,
    MediaHooks,
    RotationHooks,
)
from karaoke_persist.contract.media import MediaReader, NamePattern
from karaoke_persist.contract.policies import POLICIES
from karaoke_persist.contract.rotation import RotationPolicies, RotationPolicy
from karaoke_persist.errors import ContractMismatch, KaraokePersistError, PluginBroken, UnknownScheme
from karaoke_persist.plugin_checks import RESERVED_READERS, checked_patterns, checked_policies, checked_readers
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
    """What listens to one library and adds to it: installed plugins, and those handed to `open`."""

    def __init__(self, plugins: Iterable[object] = ()) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(ListenerHooks)
        self._manager.add_hookspecs(RotationHooks)
        self._manager.add_hookspecs(MediaHooks)
        self._policies: dict[str, RotationPolicy] = dict(POLICIES)
        self._readers: dict[str, MediaReader] = {}
        self._patterns: list[NamePattern] = []
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
            policies = self._policies_of(plugin, name)
            readers, patterns = self._media_of(plugin, name)
        except PluginBroken:
            self._manager.unregister(plugin)
            raise
        self._policies |= policies
        self._readers |= readers
        self._patterns += patterns

    def _policies_of(self, plugin: Any, name: str) -> dict[str, RotationPolicy]:
        """What a plugin adds, checked against those there are."""
        found: dict[str, RotationPolicy] = {}
        for implementation in self._manager.hook.karaoke_rotation_policies.get_hookimpls():
            if implementation.plugin is plugin:
                found |= checked_policies(name, implementation.function)
        for policy in found:
            if policy in self._policies:
                raise PluginBroken(name, f"there is a rotation policy {policy!r} already; give it another name")
        return found

    def _media_of(self, plugin: Any, name: str) -> tuple[dict[str, MediaReader], list[NamePattern]]:
        """The readers and patterns that a plugin adds, checked."""
        readers: dict[str, MediaReader] = {}
        for implementation in self._manager.hook.karaoke_media_readers.get_hookimpls():
            if implementation.plugin is plugin:
                readers |= checked_readers(name, implementation.function)
        for reader in readers:
            if reader in self._readers or reader in RESERVED_READERS:
                raise PluginBroken(name, f"there is a media reader {reader!r} already; give it another name")
        patterns: list[NamePattern] = []
        for implementation in self._manager.hook.karaoke_name_patterns.get_hookimpls():
            if implementation.plugin is plugin:
                patterns += checked_patterns(name, implementation.function)
        return readers, patterns


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
