"""What core tells a backend when it opens a store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from karaoke_persist.contract.info import Durability
from karaoke_persist.errors import BadOption, DataCorrupt
from karaoke_persist.models import MODELS, Record


def _report_nowhere(error: DataCorrupt) -> None:
    """The default listener of corrupt rows."""


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """The options of `open` that concern the backend."""

    models: tuple[type[Record], ...] = MODELS
    """Every model the store must hold."""
    timeout: float = 30.0
    """Seconds to wait for the writer or a connection; 0 does not wait."""
    durability: Durability | None = None
    """None is the backend's own strongest."""
    create_schema: bool = True
    """Whether an absent schema is created."""
    check_schema: bool = True
    """Whether a schema that is not current is refused. False opens whatever is there, neither creating nor checking,
    for who only asks for `schema()` or calls `migrate()`."""
    report_corrupt: Callable[[DataCorrupt], None] = _report_nowhere
    """Called for each row that a listing had to leave out because it cannot be decoded."""
    backend_options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What `open(backend_options={…})` gave, for the backend to read."""

    def refuse_unknown_options(self, known: Iterable[str] = ()) -> None:
        """Raise `BadOption` for a backend option that is not among the known ones."""
        names = sorted(known)
        for option in self.backend_options:
            if option not in names:
                raise BadOption(option, "this backend does not know it", f"It knows: {', '.join(names) or 'none'}.")
