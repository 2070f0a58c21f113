"""The fold that decides sameness and order is frozen for ever; the one that decides search, until its next version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist.contract.search import NORMALISER
from karaoke_persist.models import key_fold
from karaoke_persist.testing.trials import TRIALS

KEY_FOLDS = {
    "Björk": "bjork",
    "  two   spaces ": "two spaces",
    "STRASSE": "strasse",
    "Straße": "strasse",
    "Ærø": "aero",
    "Łódź": "lodz",
    "Đừng": "dung",
    "Þór": "thor",
    "Ёлка": "елка",
    "Й": "и",
    "ΣΊΣΥΦΟΣ": "σισυφοσ",
    "Σίσυφος": "σισυφοσ",
    "ＡＢＣ１": "abc1",
    "ﬀ": "ff",
    "İ": "i",
    "ı": "i",
    "Don't & Stop!": "don't & stop!",
    "パリ": "パリ",
    "ﾊﾟﾘ": "パリ",
    "ハリ": "ハリ",
    "가강": "가강",
    "ปี": "ปี",
    "हिन्दी": "हिन्दी",
    "a\u200bb\u00adc\ufeff": "abc",
    "e\u0301": "e",
    "か\u3099": "が",
    "①": "1",
    "𝔎": "k",
}
SEARCH_FOLDS = {
    "Don't Stop": "dont stop",
    "Rock ’n’ Roll": "rock n roll",
    "AC/DC": "ac dc",
    "Simon&Garfunkel": "simon and garfunkel",
    "snake_case": "snake case",
    "カタカナ": "かたかな",
    "ﾃｰｾﾞ": "てーぜ",
    "!!!": "!!!",
    "！！！": "!!!",
    "…And Justice": "and justice",
    "हिन्दी": "हिन्दी",
    "": "",
    "\u200b": "",
}


@pytest.mark.parametrize(("text", "fold"), KEY_FOLDS.items())
def test_key_fold(text: str, fold: str) -> None:
    """The key fold of these texts never changes."""
    assert key_fold(text) == fold


@pytest.mark.parametrize(("text", "fold"), SEARCH_FOLDS.items())
def test_search_fold(text: str, fold: str) -> None:
    """The search fold of these texts changes only with its version."""
    assert (NORMALISER.version, NORMALISER.primary(text)) == (2, fold)


@TRIALS
@given(st.text())
def test_folding_twice(text: str) -> None:
    """Folding what is folded changes nothing."""
    assert key_fold(key_fold(text)) == key_fold(text)
    assert NORMALISER.primary(NORMALISER.primary(text)) == NORMALISER.primary(text)


@pytest.mark.parametrize("code", range(0, 0x11000, 0x1000))
def test_folding_every_letter_twice(code: int) -> None:
    """Folding is stable on every character of the scripts in use."""
    letters = [chr(each) for each in range(code, code + 0x1000) if not 0xD800 <= each < 0xE000]
    assert [text for text in letters if key_fold(key_fold(text)) != key_fold(text)] == []
    assert [text for text in letters if NORMALISER.primary(NORMALISER.primary(text)) != NORMALISER.primary(text)] == []
