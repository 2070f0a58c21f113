"""Whether what a plugin's hook gave is what was asked for; if not, `PluginBroken` says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from karaoke_persist.contract.importing import Importer
from karaoke_persist.contract.media import NamePattern
from karaoke_persist.errors import PluginBroken

RESERVED_READERS: Final = frozenset({"stems", "ultrastar", "tagged", "zip", "midi"})
"""The names of the built-in readers; a test proves that they are."""

_ANY_NAME = re.compile(r".*\S.*", re.DOTALL)


class Addition(NamedTuple):
    """A kind of thing that plugins add by name."""

    hook: str
    what: str
    names: re.Pattern[str]
    expected: str
    fault: Callable[[object], str | None]
    """What is wrong with a value; None if nothing is."""


def checked_additions(plugin: str, kind: Addition, hook: Callable[[], object]) -> Mapping[str, Any]:
    """What a hook gives by name."""
    found = _called(plugin, kind.hook, hook)
    if not isinstance(found, Mapping):
        raise PluginBroken(plugin, f"{kind.hook} returned {found!r}, which is no mapping")
    for name, value in found.items():
        if not isinstance(name, str) or not kind.names.fullmatch(name):
            raise PluginBroken(plugin, f"{name!r}: {value!r} is no {kind.expected}")
        if fault := kind.fault(value):
            raise PluginBroken(plugin, f"{name!r}: {value!r} {fault}")
    return found


def checked_patterns(plugin: str, hook: Callable[[], object]) -> Sequence[NamePattern]:
    """Patterns in a list."""
    patterns = _called(plugin, "karaoke_name_patterns", hook)
    if not isinstance(patterns, Sequence) or not all(isinstance(each, NamePattern) for each in patterns):
        raise PluginBroken(plugin, f"karaoke_name_patterns returned {patterns!r}, which is no list of NamePattern")
    return patterns


def _called(plugin: str, name: str, hook: Callable[[], object]) -> object:
    try:
        return hook()
    except Exception as error:
        raise PluginBroken(plugin, f"{name} raised {error!r}") from error


def _policy_fault(value: object) -> str | None:
    return None if callable(value) else f"is no {_POLICY}"


def _reader_fault(value: object) -> str | None:
    if not callable(getattr(value, "find", None)) or not callable(getattr(value, "read", None)):
        return "has no find and read"
    endings = getattr(value, "endings", None)
    if isinstance(endings, frozenset) and all(map(_is_ending, endings)):
        return None
    return f"has the endings {endings!r}; frozenset({{'.mp3'}}) is a form"


def _is_ending(ending: object) -> bool:
    return isinstance(ending, str) and ending.startswith(".") and ending == ending.lower() and "/" not in ending


def _importer_fault(value: object) -> str | None:
    return None if isinstance(value, Importer) else f"is no {_IMPORTER}"


_POLICY = "name with a function"
_IMPORTER = "name of lower-case letters, digits and dashes with an Importer"

KINDS: Final = (
    Addition("karaoke_rotation_policies", "a rotation policy", _ANY_NAME, _POLICY, _policy_fault),
    Addition("karaoke_media_readers", "a media reader", _ANY_NAME, "name with a reader", _reader_fault),
    Addition("karaoke_importers", "an importer", re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"), _IMPORTER, _importer_fault),
)
"""Rotation policies, readers, importers."""
