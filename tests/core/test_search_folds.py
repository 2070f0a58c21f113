"""The rules by which search folds a text: one case for each, of the version that is in force."""

from __future__ import annotations

import sys
from unicodedata import category, name

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist.contract.search import NORMALISER
from karaoke_persist.testing import oracle_folds
from karaoke_persist.testing.trials import TRIALS

PRIMARY = {
    "case": ("JÓGA Ǆ", "joga dz"),
    "sharp s": ("Straße STRASSE", "strasse strasse"),
    "final sigma": ("Σίσυφος", "σισυφοσ"),
    "dotted and dotless i": ("İI ı", "ii i"),
    "width": ("ＡＢＣ１ ｶﾞ", "abc1 が"),
    "compatibility": ("ﬁ ① 𝔎 ℃", "fi 1 k c"),
    "accents on latin": ("Björk Núñez Žižek Đừng", "bjork nunez zizek dung"),
    "accents on greek": ("Ελλάδα", "ελλαδα"),
    "accents on cyrillic": ("Ёлка Й", "елка и"),
    "combining accents": ("Jo\u0301ga", "joga"),
    "letters apart": ("Ørsted Ærø cœur Łódź Þór Ðan", "orsted aero coeur lodz thor dan"),
    "marks of kana": ("パハバ", "ぱはば"),
    "marks of hangul": ("가강", "가강"),
    "marks of thai": ("ปี่ ปา", "ปี่ ปา"),
    "marks of devanagari": ("हिन्दी", "हिन्दी"),
    "marks of arabic and hebrew": ("שָׁלוֹם", "שָׁלוֹם"),
    "katakana": ("カタカナ ヴ ヽ", "かたかな ゔ ゝ"),
    "long vowel sign": ("スーパー", "すーぱー"),
    "apostrophes": ("Don't don’t Don‘t ʼn `n´ ＇n", "dont dont dont n n n"),
    "ampersand": ("Simon&Garfunkel ＆", "simon and garfunkel and"),
    "punctuation": ("AC/DC, (Live)… snake_case", "ac dc live snake case"),
    "signs of other scripts": ("ラブ・ライブ！「歌」", "らぶ らいぶ 歌"),
    "spaces": ("  two \t spaces\u3000and\u00a0more\n", "two spaces and more"),
    "control characters": ("a\x00b\x07c\x7fd\x85e", "a b c d e"),
    "invisible": ("a\u00adb\u200bc\ufeffd\u2060e", "abcde"),
    "joiners": ("می\u200cخواهم क्\u200dष", "میخواهم क्ष"),
    "directions": ("a\u202eb\u202cc\u200f", "abc"),
    "variants": ("葛\U000e0100 ❤\ufe0f me", "葛 me"),
    "emoji beside words": ("🎤 Karaoke 👩‍👩‍👧‍👦", "karaoke"),
    "no word": ("!!!", "!!!"),
    "no word, wide": ("！！！ …", "!!! ..."),
    "no word, one sign": ("÷", "÷"),
    "no word, not seen": ("❤\ufe0f", "❤"),
    "no word, control": ("\x07", "\x07"),
    "nothing": ("", ""),
    "nothing to see": ("\u200b \t", ""),
}
EXPANDED = {
    "umlauts": ("Motörhead Für Jäger", "motoerhead fuer jaeger"),
    "capital umlauts": ("ÄÖÜ", "aeoeue"),
    "combining umlauts": ("Moto\u0308rhead", "motoerhead"),
    "o with a stroke": ("Blå Øst", "blaa oest"),
    "other marks": ("Beyoncé Ő", "beyonce o"),
    "nothing to expand": ("Joga!", "joga"),
    "no word": ("+", "+"),
}
SQUEEZED = {
    "punctuation within": ("AC/DC R.E.M. K/DA", "acdc rem kda"),
    "punctuation around": ("(Live)", "live"),
    "dollar": ("Ke$ha A$AP", "kesha asap"),
    "at": ("B@by", "baby"),
    "exclamation mark within": ("P!nk", "pink"),
    "exclamation mark around": ("Wham! !Hola Oh!! Go!)", "wham hola oh go"),
    "exclamation mark beside kana": ("ラブライブ!スーパー!!", "らぶらいぶすーぱー"),
    "exclamation mark beside digits": ("4!5", "45"),
    "words of signs": ("a - b & c", "a b c"),
    "ampersand within": ("R&B", "rb"),
    "apostrophe": ("Don’t", "dont"),
    "middle dot": ("エド・シーラン", "えどしーらん"),
    "no word": ("!!! $", ""),
}
PERCHANCE = "abAÉöÖßøæ'&!$@-/. \u0301\u0308かガｶﾞーパ歌가각กี่Жё\x07\u200d❤\ufe0f"


@pytest.mark.parametrize(("text", "fold"), PRIMARY.values(), ids=PRIMARY)
def test_primary(text: str, fold: str) -> None:
    """The primary fold forgives case, accents, width and punctuation, and keeps what is spelling."""
    assert (NORMALISER.version, NORMALISER.primary(text)) == (2, fold)


@pytest.mark.parametrize(("text", "fold"), EXPANDED.values(), ids=EXPANDED)
def test_expanded(text: str, fold: str) -> None:
    """The expanded fold spells marked letters as those do who have no such keys."""
    assert NORMALISER.expanded(text) == fold


@pytest.mark.parametrize(("text", "fold"), SQUEEZED.values(), ids=SQUEEZED)
def test_squeezed(text: str, fold: str) -> None:
    """The squeezed fold leaves out the punctuation of words, and reads signs as letters."""
    assert NORMALISER.squeezed(text) == fold


def test_forms() -> None:
    """The forms are the folds that differ, the primary first, and none is empty beside another."""
    assert NORMALISER.forms("Joga") == ("joga",)
    assert NORMALISER.forms("AC/DC") == ("ac dc", "acdc")
    assert NORMALISER.forms("Mötley!") == ("motley", "moetley")
    assert NORMALISER.forms("Ö-Ø") == ("o o", "oe oe", "oo")
    assert NORMALISER.forms("!!!") == ("!!!",)


@TRIALS
@given(st.one_of(st.text(), st.text(PERCHANCE)))
def test_folding_a_text_twice(text: str) -> None:
    """Folding what is folded changes nothing."""
    for fold in (NORMALISER.primary, NORMALISER.expanded):
        assert fold(fold(text)) == fold(text)


@TRIALS
@given(st.text(PERCHANCE))
def test_folds_have_single_spaces(text: str) -> None:
    """A form has one space between words, and none around them."""
    assert [form for form in NORMALISER.forms(text) if form != " ".join(form.split())] == []


@pytest.mark.parametrize("plane", range(0, sys.maxunicode, 0x10000))
def test_folding_every_character_twice(plane: int) -> None:
    """Folding is stable on every character of Unicode, alone and within a word."""
    unused = ("Cn", "Co", "Cs")
    letters = [chr(code) for code in range(plane, plane + 0x10000) if category(chr(code)) not in unused]
    texts = [text for letter in letters for text in (letter, f"x{letter}y")]
    once = {text: NORMALISER.primary(text) for text in texts}
    assert [text for text, fold in once.items() if NORMALISER.primary(fold) != fold] == []
    assert [
        letter for letter in letters if NORMALISER.squeezed(NORMALISER.squeezed(letter)) != NORMALISER.squeezed(letter)
    ] == []


@pytest.mark.parametrize("block", range(0, 0x20000, 0x4000))
def test_two_ways_to_fold(block: int) -> None:
    """The folds, written twice from the rules, agree on every letter, number, sign and accent."""
    letters = [letter for code in range(block, block + 0x4000) if _is_ruled(letter := chr(code))]
    for letter in letters:
        for text in (letter, f"x{letter}y"):
            one = NORMALISER.primary(text), NORMALISER.expanded(text), NORMALISER.squeezed(text)
            other = oracle_folds.primary(text), oracle_folds.expanded(text), oracle_folds.squeezed(text)
            assert one == other, (text, name(letter, ""))


@TRIALS
@given(st.text(PERCHANCE))
def test_two_ways_to_fold_a_text(text: str) -> None:
    """The folds, written twice from the rules, agree on texts of many scripts."""
    assert NORMALISER.primary(text) == oracle_folds.primary(text)
    assert NORMALISER.expanded(text) == oracle_folds.expanded(text)
    assert NORMALISER.squeezed(text) == oracle_folds.squeezed(text)


def _is_ruled(letter: str) -> bool:
    """Whether the rules name a character: the rest are archaic kana, and marks that songs are not written with."""
    if category(letter) in ("Cn", "Co", "Cs", "Cf", "Me") or "\U0001b000" <= letter <= "\U0001b16f":
        return False
    return not name(letter, "").startswith("COMBINING ") or "\u0300" <= letter <= "\u036f"
