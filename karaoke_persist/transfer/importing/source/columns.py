"""The columns of a row, taken one by one as fields; what does not fit is set aside as it was, and reported."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from karaoke_persist.contract.importing import Conversion, Raw
from karaoke_persist.models.json_values import INT64_MAX, INT64_MIN, freeze
from karaoke_persist.models.text import FOLDED_BYTES, INDEXED_BYTES, TEXT_BYTES, key_fold
from karaoke_persist.transfer.importing.source.paths import Mapped, mapped_path

_TRUE: Final = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE: Final = frozenset({"0", "false", "f", "no", "n", "off"})
_NUMBER: Final = re.compile(r"\s*[+-]?\d+(\.\d*)?\s*")
_EARLIEST, _LATEST = datetime(1990, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp()
"""Between these a bare number is taken for seconds since 1970, or for milliseconds; elsewhere it is no time."""


class Columns:
    """The columns of one row. An empty text is taken as absent."""

    def __init__(self, raw: Raw, conversion: Conversion) -> None:
        self._raw, self._conversion = raw, conversion
        self._taken: set[str] = set()
        self.aside: dict[str, Any] = {}
        """What could not be taken over as it was, by column, as JSON."""

    def has(self, name: str) -> bool:
        """Whether a column is there and holds something."""
        return self._raw.get(name) not in (None, "")

    def text(self, name: str) -> str | None:
        """A text; a number is written out, and one that is too long is cut."""
        return self._fitted(name, lambda text: _cut(text, TEXT_BYTES))

    def indexed(self, name: str) -> str | None:
        """A text of at most 500 bytes that says something; a longer one is cut."""
        fit = self._fitted(name, _cut_indexed)
        if fit is None or key_fold(fit):
            return fit
        self.set_aside(name, "it has nothing that could be seen")
        return None

    def integer(self, name: str, *, most: int = INT64_MAX, least: int = INT64_MIN) -> int | None:
        """A whole number, also if it is written as text."""
        number = self._number(name)
        if number is not None and not (number.is_integer() if isinstance(number, float) else True):
            self.set_aside(name, f"{number!r} is no whole number")
            return None
        if number is not None and not least <= number <= most:
            self.set_aside(name, f"{number!r} is out of range")
            return None
        return None if number is None else int(number)

    def milliseconds(self, name: str, *, of_seconds: bool = False) -> int | None:
        """A duration."""
        number = self._number(name)
        if number is not None and not 0 <= number <= 10**12:
            self.set_aside(name, f"{number!r} is no duration")
            return None
        return None if number is None else round(number * 1000 if of_seconds else number)

    def boolean(self, name: str) -> bool | None:
        """Yes or no, as a number or as text."""
        value = self._take(name)
        word = str(value).strip().lower()
        if value is None or word in _TRUE or word in _FALSE:
            return None if value is None else word in _TRUE
        self.set_aside(name, f"{_shown(value)} is neither yes nor no")
        return None

    def time(self, name: str, zone: tzinfo = UTC) -> datetime | None:
        """A time, in the zone if it names none itself: ISO 8601, a date alone, or a number since 1970."""
        value = self._take(name)
        moment = None if value is None else _moment(value, zone)
        if value is not None and moment is None:
            self.set_aside(name, f"{_shown(value)} is no time that can be read")
            return None
        return moment

    def json(self, name: str) -> Any:
        """A JSON value out of a text."""
        value = self._take(name)
        if value is None:
            return None
        try:
            return freeze(json.loads(value, parse_constant=_refuse_constant) if isinstance(value, str) else value)
        except (ValueError, RecursionError):
            self.set_aside(name, f"{_shown(value)} is no JSON")
            return None

    def path(self, name: str, *, root: str | None = None, folder: str | None = None) -> str | None:
        """A path within the library, as `mapped_path` finds it."""
        text = self.text(name)
        if text is None:
            return None
        mapped: Mapped = mapped_path(text, root=root, folder=folder)
        if mapped.path is None:
            self.set_aside(name, mapped.note)
            return None
        if mapped.note:
            self._conversion.repaired(name, mapped.note)
        return mapped.path

    def mapped(self, text: str, *, root: str | None = None) -> str | None:
        """The same for a path that is not a column of its own; one that cannot be mapped is None."""
        return mapped_path(text, root=root).path

    def fitting(self, text: str) -> str | None:
        """A short text that came out of another column, cut to fit; None if it says nothing."""
        fit = _cut_indexed(_storable(text))
        return fit if key_fold(fit) else None

    def first(self, *names: str, take: Callable[[str], Any]) -> Any:
        """The first of several columns that gives something; what another one says beside it is set aside."""
        chosen = None
        for name in names:
            value = take(name)
            if chosen is None:
                chosen = value
            elif value is not None and value != chosen:
                self.set_aside(name, f"it says something else than {names[0]}")
        return chosen

    def rest(self) -> dict[str, Any]:
        """The columns that nobody took, if they hold something, as JSON."""
        left = {name: value for name, value in self._raw.items() if name not in self._taken and value is not None}
        return {name: plain(value) for name, value in left.items() if value != ""}

    def keep(self, name: str) -> None:
        """Set a value aside that is no mistake: it only has no field."""
        value = self._take(name)
        if value is not None:
            self.aside[name] = plain(value)

    def raw(self, name: str) -> Any:
        """A value as it was read."""
        return self._take(name)

    def set_aside(self, name: str, reason: str) -> None:
        """Keep a value as it was, and report it."""
        self.aside[name] = plain(self._raw.get(name))
        self._conversion.repaired(name, f"{reason}; kept as it was")

    # helpers

    def _take(self, name: str) -> Any:
        self._taken.add(name)
        value = self._raw.get(name)
        return None if value == "" else value

    def _fitted(self, name: str, cut: Callable[[str], str]) -> str | None:
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bytes):
            try:
                value = value.decode()
            except UnicodeDecodeError:
                self.set_aside(name, "it is no UTF-8 text")
                return None
        text = str(value)
        fit = cut(_storable(text))
        if fit != text:
            self.set_aside(name, "it holds what cannot be stored" if fit == _storable(text) else "it was too long")
        return fit or None

    def _number(self, name: str) -> int | float | None:
        value = self._take(name)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            value = float(value) if "." in value else int(value)
        if value is None or (isinstance(value, int | float) and math.isfinite(value)):
            return value
        self.set_aside(name, f"{_shown(value)} is no number")
        return None


def plain(value: Any) -> Any:
    """A value of a row as JSON: bytes, and text that cannot be stored, become hexadecimal."""
    if isinstance(value, bytes):
        return {"hex": _pieces(value.hex())}
    if isinstance(value, str):
        if _storable(value) == value:
            return _pieces(value)
        return {"hex": _pieces(value.encode("utf-8", "surrogatepass").hex())}
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, int) and not INT64_MIN <= value <= INT64_MAX:
        return str(value)
    return value


def _pieces(text: str) -> str | list[str]:
    """A text, or if it is longer than any may be, a list of its parts."""
    size = TEXT_BYTES // 4
    return text if len(text) <= size else [text[start : start + size] for start in range(0, len(text), size)]


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _cut(text: str, limit: int) -> str:
    """Cut at a code point."""
    data = text.encode()
    return text if len(data) <= limit else data[:limit].decode("utf-8", "ignore")


def _cut_indexed(text: str) -> str:
    fit = _cut(text, INDEXED_BYTES)
    while len(key_fold(fit).encode()) > FOLDED_BYTES:  # a few ligatures fold to whole phrases
        fit = fit[: len(fit) * 3 // 4]
    return fit


def _moment(value: Any, zone: tzinfo) -> datetime | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    try:
        if isinstance(value, int | float):
            return _since_1970(value)
        moment = datetime.fromisoformat(str(value).strip())
        return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _since_1970(number: float) -> datetime | None:
    for unit in (1, 1_000):
        if _EARLIEST <= number / unit <= _LATEST:
            return datetime.fromtimestamp(number / unit, UTC)
    return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
