"""What the name of a file says of a song: a table of patterns, tried in order.

Plugins add patterns before these by the hook `karaoke_name_patterns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from karaoke_persist.contract.media import NamePattern

_DASH: Final = r"\s+[-–—]\s+"
_DISC: Final = r"(?P<disc>[a-z]{2,6}[-_ ]?\d{2,6}(?:[-_ ]\d{1,3})?)"
_PAIR: Final = rf"(?P<artist>\S.*?){_DASH}(?P<title>\S.*)"

PATTERNS: Final = (
    NamePattern(
        "in the style of",
        r"(?:[a-z]{2,6}[-_ ]?\d{2,6}(?:[-_ ]\d{1,3})?\s+[-–—]\s+)?(?P<title>\S.*?)\s*(?:[-–—]\s*)?[(\[]?\s*"
        r"\b(?:in the style of|made famous by|originally performed by)\s+(?P<artist>\S.*?)\s*[)\]]?",
        0.9,
    ),
    NamePattern("disc - artist - title", rf"{_DISC}{_DASH}{_PAIR}", 0.9),
    NamePattern("disc - title", rf"{_DISC}{_DASH}(?P<title>\S.*)", 0.5),
    NamePattern("track - artist - title", rf"\d{{1,2}}(?:\.|\s+[-–—])\s+{_PAIR}", 0.7),
    NamePattern("artist - title", rf"(?!\d{{1,2}}\s+[-–—]){_PAIR}", 0.8),
)
"""The forms that are known without a plugin. Any other name is a title."""

_ADVERTISED: Final = re.compile(
    r"\s*(?:[(\[][^()\[\]]*\b(?:karaoke|instrumental version|with lyrics|backing track)\b[^()\[\]]*[)\]]"
    r"|\s[-–—]\s+karaoke(?: version)?)\s*$",
    re.IGNORECASE,
)
_NAME_ALONE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Named:
    """What a name says, by which pattern, and how sure that is."""

    title: str
    artist: str | None
    confidence: float
    pattern: str | None = None


def named(name: str, more: Iterable[NamePattern] = ()) -> Named:
    """Take a name apart. What only says that it is karaoke is dropped; the artist may stay unknown."""
    text = _without_advertising(name)
    for pattern in (*more, *PATTERNS):
        match = pattern.compiled.fullmatch(text)
        if match is not None:
            groups = match.groupdict()
            title = _without_advertising(match["title"])
            return Named(title, groups.get("artist"), pattern.confidence, pattern.name)
    return Named(text, None, _NAME_ALONE)


def _without_advertising(name: str) -> str:
    text = name
    while (shorter := _ADVERTISED.sub("", text)) != text and shorter.strip():
        text = shorter
    return text
