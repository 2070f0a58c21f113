"""The hooks of the pluggy project `karaoke_persist`.

Backends register under the entry-point group `karaoke_persist.backends`, the name being the URL scheme, and implement
`karaoke_open_store` alone. Everything else registers under `karaoke_persist.plugins` or is handed to `open(plugins=…)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pluggy

from karaoke_persist.contract.changes import Change
from karaoke_persist.contract.importing import Importers
from karaoke_persist.contract.media import MediaReader, NamePattern
from karaoke_persist.contract.options import StoreOptions
from karaoke_persist.contract.rotation import RotationPolicies
from karaoke_persist.contract.store import SongStore
from karaoke_persist.errors import KaraokePersistError

PROJECT = "karaoke_persist"
BACKENDS_GROUP = "karaoke_persist.backends"
PLUGINS_GROUP = "karaoke_persist.plugins"

hookspec: pluggy.HookspecMarker = pluggy.HookspecMarker(PROJECT)
hookimpl: pluggy.HookimplMarker = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class OperationFailure:
    """A failure that was answered with an empty value, or a row that a listing had to leave out."""

    operation: str
    error: KaraokePersistError


class BackendHooks:
    """What a backend implements. Its module or object also has `contract_version = "1.0"`."""

    @hookspec(firstresult=True)
    def karaoke_open_store(self, url: str, options: StoreOptions) -> SongStore | None:
        """Open the store that `url` names, its scheme being the entry point's name.

        Creates an absent schema if `options.create_schema`; raises `SchemaMismatch` for an older or newer one, or an
        absent one that must not be created. Raises `BadURL`, `BadOption`, `DriverMissing`, `Unsupported`,
        `Unavailable`, `DataCorrupt`.
        """


class ListenerHooks:
    """What a plugin may listen to. What a listener raises is logged, and undoes nothing."""

    @hookspec
    def karaoke_after_commit(self, changes: tuple[Change, ...]) -> None:
        """Called once after each commit that changed something, in the committing thread, the session closed."""

    @hookspec
    def karaoke_operation_failed(self, failure: OperationFailure) -> None:
        """Called when a one-shot call degraded to its empty answer, or a row could not be decoded in a listing."""


class RotationHooks:
    """What a plugin may add to the rotation of queues."""

    @hookspec
    def karaoke_rotation_policies(self) -> RotationPolicies:
        """Called once for each library, when it is opened: further policies by name, none of them taken already.

        A policy is a pure function from a `Rotation` to every entry of it in its place, each with a reason. It is
        called inside transactions, from any thread.
        """
        raise NotImplementedError


class MediaHooks:
    """What a plugin may add to the reading of library folders."""

    @hookspec
    def karaoke_media_readers(self) -> Mapping[str, MediaReader]:
        """Called once for each library, when it is opened: further readers by name, none of them taken already.

        They are asked before the built-in ones, folder by folder, and what they take is theirs.
        """
        raise NotImplementedError

    @hookspec
    def karaoke_name_patterns(self) -> Sequence[NamePattern]:
        """Called once for each library, when it is opened: further forms of names, tried before the built-in ones."""
        raise NotImplementedError


class ImportHooks:
    """What a plugin may add to the formats that are imported."""

    @hookspec
    def karaoke_importers(self) -> Importers:
        """Called once for each library, when it is opened: further importers by the names of their formats.

        A name is of lower-case letters, digits and dashes, and not taken already.
        """
        raise NotImplementedError
