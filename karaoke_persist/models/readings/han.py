"""Han characters in pinyin, through `pypinyin`, which is optional."""

from __future__ import annotations

import re
from functools import cache
from types import ModuleType

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def has_han(text: str) -> bool:
    """Whether a text has Han characters in it."""
    return _HAN.search(text) is not None


def pinyin(text: str) -> list[str] | None:
    """The syllables without tones, other words between them; None if `pypinyin` is not installed."""
    module = _pypinyin()
    if module is None:
        return None
    return [stripped for part in module.lazy_pinyin(text) if (stripped := part.strip())]


@cache
def _pypinyin() -> ModuleType | None:
    try:
        import pypinyin
    except ImportError:
        return None
    return pypinyin
