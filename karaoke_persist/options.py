"""The options of `open`, checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self, TypedDict

from karaoke_persist.contract import StoreOptions
from karaoke_persist.contract.info import Durability
from karaoke_persist.errors import BadOption, DataCorrupt
from karaoke_persist.ids import new_id
from karaoke_persist.models import MODELS, Record

OnError = Literal["degrade", "raise"]


class OpenOptions(TypedDict, total=False):
    """Every keyword of `karaoke_persist.open`."""

    on_error: OnError
    """What a one-shot call does when storage fails: `degrade` (the default) logs and answers None, False, 0 or empty
    where that is an answer; `raise` raises."""
    timeout: float
    """Seconds to wait for the writer or a connection, 30 by default; 0 does not wait."""
    durability: Literal["full", "relaxed"]
    """`full` (the default where data is kept): a commit that returned survives a power cut. `relaxed`: the last ones
    may be lost, never the consistency."""
    create_schema: bool
    """Whether an empty database gets its schema; True by default."""
    allow_incomplete: bool
    """Whether a store is opened that an interrupted copy has left incomplete, to finish or to look at; False by
    default."""
    plugins: Iterable[object]
    """Listeners, and what adds rotation policies, beside those that are installed."""
    roots: Mapping[str, str | os.PathLike[str]]
    """The library folders by name, such as `{"main": "/srv/karaoke"}`."""
    clock: Callable[[], datetime]
    """Where the time comes from; for tests."""
    new_id: Callable[[], str]
    """Where ids come from; for tests."""
    models: tuple[type[Record], ...]
    """Every model the store holds; for the conformance kit, which brings models of its own."""
    backend_options: Mapping[str, Any]
    """Options that only one backend knows, such as `{"pool_size": 10}`."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Settings:
    """The options with their defaults, each checked."""

    on_error: OnError = "degrade"
    timeout: float = 30.0
    durability: Durability | None = None
    create_schema: bool = True
    allow_incomplete: bool = False
    plugins: tuple[object, ...] = ()
    roots: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    clock: Callable[[], datetime] = _utc_now
    new_id: Callable[[], str] = new_id
    models: tuple[type[Record], ...] = MODELS
    backend_options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_options(cls, options: OpenOptions) -> Self:
        """Check what a host gave; what is unknown or does not fit is `BadOption`."""
        known = OpenOptions.__annotations__
        for name in options:
            if name not in known:
                raise BadOption(name, "there is no such option", f"There are: {', '.join(sorted(known))}.")
        values: dict[str, Any] = dict(options)
        for name, check in _CHECKS.items():
            if name in values:
                values[name] = check(name, values[name])
        return cls(**values)

    def store_options(self, report_corrupt: Callable[[DataCorrupt], None]) -> StoreOptions:
        """What of it concerns the backend."""
        return StoreOptions(
            models=self.models,
            timeout=self.timeout,
            durability=self.durability,
            create_schema=self.create_schema,
            report_corrupt=report_corrupt,
            backend_options=self.backend_options,
        )


def _one_of(*choices: object) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if value not in choices or (isinstance(value, int) and not isinstance(value, bool)):
            raise BadOption(name, f"{value!r} is not a choice", f"Choose from {', '.join(map(repr, choices))}.")
        return value

    return check


def _seconds(name: str, value: Any) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 86_400
    if not fits:
        raise BadOption(name, f"{value!r} is no number of seconds", "Give 0 to 86400.")
    return float(value)


def _callable(name: str, value: Any) -> Any:
    if not callable(value):
        raise BadOption(name, f"{value!r} cannot be called", "Give a function without parameters.")
    return value


def _folders(name: str, value: Any) -> Mapping[str, Path]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) and key for key in value):
        raise BadOption(name, f"{value!r} is not a mapping of names to folders", "Give {'main': '/path/to/songs'}.")
    try:
        return MappingProxyType({key: Path(os.fsdecode(path)).absolute() for key, path in value.items()})
    except TypeError:
        raise BadOption(name, f"{value!r} is not a mapping of names to folders", "Give paths as text.") from None


def _several(name: str, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, Iterable) or isinstance(value, str | bytes):
        raise BadOption(name, f"{value!r} is not several things", "Give a list.")
    return tuple(value)


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadOption(name, f"{value!r} is not a mapping", "Give {'option': value}.")
    return MappingProxyType(dict(value))


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "on_error": _one_of("degrade", "raise"),
    "timeout": _seconds,
    "durability": _one_of("full", "relaxed"),
    "create_schema": _one_of(True, False),
    "allow_incomplete": _one_of(True, False),
    "plugins": _several,
    "roots": _folders,
    "clock": _callable,
    "new_id": _callable,
    "models": _several,
    "backend_options": _mapping,
}
