"""Names in Latin letters for those who cannot type, or have not learnt, the script of a song.

Readings are stored with the song, so that whatever is built from a song is a function of its row alone, whichever
libraries are installed where it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from karaoke_persist.models.json_values import EMPTY_OBJECT, FrozenDict, freeze_object
from karaoke_persist.models.readings.han import has_han, pinyin
from karaoke_persist.models.readings.hangul import first_letters, has_hangul, romanised_hangul
from karaoke_persist.models.readings.kana import has_kana, romanised_kana

VERSION: Final = 1


@lru_cache(maxsize=4_096)
def readings_of(text: str) -> FrozenDict:
    """The readings of a text: `full` ones, and `initials`, with the version of the rules; empty if it has none.

    Kana are spelled by Hepburn's table, hangul letter by letter, and Han characters, where there are no kana, in pinyin
    if `pypinyin` is installed. Kanji stay as they are.
    """
    if text.isascii():
        return EMPTY_OBJECT
    full, initials = list(_full(text)), list(_initials(text))
    if not full and not initials:
        return EMPTY_OBJECT
    return freeze_object({"version": VERSION, "full": full, "initials": initials})


def lacks_readings(text: str, stored: Any) -> bool:
    """Whether this process could give readings that a row does not have. It may have others, made by a library more."""
    made = readings_of(text)
    if made and stored.get("version") != VERSION:
        return True
    return any(not set(made.get(part, ())).issubset(stored.get(part, ())) for part in ("full", "initials"))


def _full(text: str) -> Iterator[str]:
    if has_kana(text):
        yield romanised_kana(text)
    if has_hangul(text):
        yield romanised_hangul(text)
    if _is_chinese(text) and (syllables := pinyin(text)) is not None:
        yield " ".join(syllables)
        if len(syllables) > 1:
            yield "".join(syllables)


def _initials(text: str) -> Iterator[str]:
    if has_hangul(text):
        yield first_letters(text)
    if _is_chinese(text) and (syllables := pinyin(text)) is not None:
        yield "".join(syllable[:1] for syllable in syllables)


def _is_chinese(text: str) -> bool:
    return has_han(text) and not has_kana(text)
