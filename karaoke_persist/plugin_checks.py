"""Whether what a plugin's hook gave is what was asked for; if not, `PluginBroken` says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from karaoke_persist.contract.media import MediaReader, NamePattern
from karaoke_persist.contract.rotation import RotationPolicy
from karaoke_persist.errors import PluginBroken

RESERVED_READERS: Final = frozenset({"stems", "ultrastar", "tagged", "zip", "midi"})
"""The names of the built-in readers; a test proves that they are."""


def checked_policies(plugin: str, hook: Callable[[], object]) -> Mapping[str, RotationPolicy]:
    """Names with functions."""
    policies = _named(plugin, "karaoke_rotation_policies", hook)
    for name, policy in policies.items():
        if not callable(policy):
            raise PluginBroken(plugin, f"{name!r}: {policy!r} is no name with a function")
    return policies


def checked_readers(plugin: str, hook: Callable[[], object]) -> Mapping[str, MediaReader]:
    """Names with readers."""
    readers = _named(plugin, "karaoke_media_readers", hook)
    for name, reader in readers.items():
        endings = getattr(reader, "endings", None)
        if not callable(getattr(reader, "find", None)) or not callable(getattr(reader, "read", None)):
            raise PluginBroken(plugin, f"{name!r}: {reader!r} has no find and read")
        if not isinstance(endings, frozenset) or not all(_is_ending(ending) for ending in endings):
            raise PluginBroken(plugin, f"the endings of {name!r} are {endings!r}; frozenset({{'.mp3'}}) is a form")
    return readers


def checked_patterns(plugin: str, hook: Callable[[], object]) -> Sequence[NamePattern]:
    """Patterns in a list."""
    patterns = _called(plugin, "karaoke_name_patterns", hook)
    if not isinstance(patterns, Sequence) or not all(isinstance(each, NamePattern) for each in patterns):
        raise PluginBroken(plugin, f"karaoke_name_patterns returned {patterns!r}, which is no list of NamePattern")
    return patterns


def _named(plugin: str, name: str, hook: Callable[[], object]) -> Mapping[str, Any]:
    found = _called(plugin, name, hook)
    if not isinstance(found, Mapping):
        raise PluginBroken(plugin, f"{name} returned {found!r}, which is no mapping")
    for key, value in found.items():
        if not isinstance(key, str) or not key.strip():
            raise PluginBroken(plugin, f"{key!r}: {value!r} is no name with a function")
    return found


def _called(plugin: str, name: str, hook: Callable[[], object]) -> object:
    try:
        return hook()
    except Exception as error:
        raise PluginBroken(plugin, f"{name} raised {error!r}") from error


def _is_ending(ending: object) -> bool:
    return isinstance(ending, str) and ending.startswith(".") and ending == ending.lower() and "/" not in ending
