"""Rows of songs that a script of the application wrote with each value one column too far to the right.

From the column after `artist` on, every column holds what belongs into the one before it, and the first of them what
belongs into the last. Nothing is lost by that, so the values are put back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from karaoke_persist.contract.importing import Conversion, Raw

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d([ T].*)?")
_ENOUGH: Final = 2


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_date(value: Any) -> bool:
    return _is_text(value) and _DATE.fullmatch(value) is not None


_SIGNS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "duration_ms": lambda value: _is_text(value) and not value.strip().isdigit(),
    "date_added": lambda value: isinstance(value, int) and 0 <= value < 10**8,  # no moment since 1973
    "vocals_path": _is_date,
    "source_url": lambda value: _is_text(value) and "/" not in value,
    "video_id": lambda value: _is_text(value) and "://" in value,
    "mbid": _is_date,
}
"""What a column holds only if it holds what belongs into the one before."""
_CONTRARY: Final[Mapping[str, Callable[[Any], bool]]] = {
    "date_added": _is_date,
    "vocals_path": lambda value: _is_text(value) and not _is_date(value),
    "source_url": lambda value: _is_text(value) and "://" in value,
    "video_id": lambda value: _is_text(value) and "://" not in value,
}


def put_back(order: list[str], raw: Raw, conversion: Conversion) -> Raw:
    """The row with its values in their columns, if there is no doubt that they are one too far."""
    if not is_shifted(raw) or "artist" not in order:
        return raw
    columns = order[order.index("artist") + 1 :]
    values = [raw[name] for name in columns]
    conversion.repaired("*", "every value after the artist stood one column too far, and was put back")
    return {**raw, **dict(zip(columns, [*values[1:], values[0]], strict=True))}


def is_shifted(raw: Raw) -> bool:
    """Whether at least two columns hold what belongs into the one before, and none speaks against it."""
    signs = sum(holds(raw.get(name)) for name, holds in _SIGNS.items())
    return signs >= _ENOUGH and not any(holds(raw.get(name)) for name, holds in _CONTRARY.items())
