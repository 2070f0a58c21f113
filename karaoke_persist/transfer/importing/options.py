"""The options of an import, checked."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, TypedDict, TypeVar

from karaoke_persist.contract import Importer, ImportSettings
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models.imported import ImportSource
from karaoke_persist.models.record import checked_fields
from karaoke_persist.session import Session

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

T = TypeVar("T")

ImportProgress = Callable[[int, int], object]
"""Called with the number of rows done so far, and the number there are."""


class ImportOptions(TypedDict, total=False):
    """Every keyword of an import."""

    source: str | None
    """The name of the source. Without it, a source that was imported before is known again by its rows, wherever its
    file lies, and a new one is named by its format and file."""
    zone: str | None
    """The zone of times that name none, where that is not UTC; every format has a default."""
    old_root: str | os.PathLike[str] | None
    """The library folder as the source knew it. Paths below it become relative."""
    quarantine: str | os.PathLike[str] | None
    """Where to write rows that cannot be imported; beside the source, as `NAME.quarantine.jsonl`, if it is not said."""
    dry_run: bool
    """Report what would be done, and do nothing."""
    progress: ImportProgress | None
    """Called after each batch."""


class Runner(Protocol):
    """What runs a function in a session: the library."""

    def run_in_session(self, function: Callable[[Session], T], *, read_only: bool = False) -> T:
        """Call the function with a session, again on a conflict."""
        ...


class Format(NamedTuple):
    """An importer and the name of its format."""

    name: str
    importer: Importer


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """The options with their defaults, each checked."""

    source: str | None = None
    settings: ImportSettings = field(default_factory=ImportSettings)
    quarantine: Path | None = None
    dry_run: bool = False
    progress: ImportProgress | None = None

    @classmethod
    def from_options(cls, options: ImportOptions) -> Self:
        """Check what a host gave; what is unknown or does not fit is `InvalidValue`."""
        for name in options:
            if name not in ImportOptions.__annotations__:
                known = ", ".join(ImportOptions.__annotations__)
                raise InvalidValue(name, options[name], f"an import has no such option; there are {known}")  # type: ignore[literal-required]
        quarantine, root = options.get("quarantine"), options.get("old_root")
        settings = ImportSettings(_checked_zone(options.get("zone")), None if root is None else os.fsdecode(root))
        return cls(
            source=_checked_source(options.get("source")),
            settings=settings,
            quarantine=None if quarantine is None else Path(os.fsdecode(quarantine)).absolute(),
            dry_run=_checked_flag(options.get("dry_run", False)),
            progress=_checked_callable(options.get("progress")),
        )


def zone_named(name: str) -> ZoneInfo:
    """A zone of the system's tables; what is none is `InvalidValue`."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # only an import needs it

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = "no such zone is known here; give one such as Europe/Paris, or install the package tzdata"
        raise InvalidValue("zone", name, problem) from None


def _checked_zone(name: str | None) -> str | None:
    return None if name is None else zone_named(name).key


def _checked_source(name: object) -> str | None:
    if name is None:
        return None
    checked: str = checked_fields(ImportSource, {"id": name})["id"]
    return checked


def _checked_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue("dry_run", value, "True or False is expected")
    return value


def _checked_callable(value: Any) -> ImportProgress | None:
    if value is not None and not callable(value):
        raise InvalidValue("progress", value, "a function of two numbers is expected")
    checked: ImportProgress | None = value
    return checked
