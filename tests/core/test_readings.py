"""Readings: names in Latin letters, by the tables of each script."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import normalize

import pytest

from karaoke_persist.models.readings import VERSION, han, lacks_readings, readings_of
from karaoke_persist.models.readings.hangul import first_letters, romanised_hangul
from karaoke_persist.models.readings.kana import romanised_kana

HEPBURN = {
    "vowels": ("あいうえお", "aiueo"),
    "k and g": ("かきくけこ がぎぐげご", "kakikukeko gagigugego"),
    "s and z": ("さしすせそ ざじずぜぞ", "sashisuseso zajizuzezo"),
    "t and d": ("たちつてと だぢづでど", "tachitsuteto dajizudedo"),
    "n": ("なにぬねの", "naninuneno"),
    "h, b and p": ("はひふへほ ばびぶべぼ ぱぴぷぺぽ", "hahifuheho babibubebo papipupepo"),
    "m, y, r, w": ("まみむめも やゆよ らりるれろ わを", "mamimumemo yayuyo rarirurero wao"),
    "n at the end": ("しんいち かんぱい", "shinichi kanpai"),
    "glides": ("きゃきゅきょ ぎゃ しゃしゅしょ じゃ ちゃちゅちょ", "kyakyukyo gya shashusho ja chachucho"),
    "more glides": ("にゃ ひゅ びょ ぴゃ みゅ りょ ぢゃ", "nya hyu byo pya myu ryo ja"),
    "doubled consonants": ("きって がっこう ざっし いっぱい", "kitte gakkou zasshi ippai"),
    "doubled ch": ("マッチ こっち", "matchi kotchi"),
    "doubling nothing": ("あっ ッ っい", "a  i"),
    "long vowels as written": ("とうきょう おおさか", "toukyou oosaka"),
    "the sign of a long vowel": ("ラーメン スーパー", "ramen supa"),
    "katakana and half width": ("カタカナ ｶﾞｷﾞ ｱｲﾄﾞﾙ", "katakana gagi aidoru"),
    "foreign f and v": ("ファフィフェフォ フュ ヴァヴィヴヴェヴォ", "fafifefo fyu vavivuvevo"),
    "foreign t and d": ("ティ トゥ テュ ディ ドゥ デュ ツァ", "ti tu tyu di du dyu tsa"),
    "foreign she, je, che": ("シェ ジェ チェ", "she je che"),
    "foreign w and kw": ("ウィウェウォ クァ グァ", "wiwewo kwa gwa"),
    "small vowels alone": ("ぁぃぅぇぉ", "aiueo"),
    "other text": ("Love ソング 歌 2", "Love songu 歌 2"),
}
REVISED = {
    "plain": ("가나다라마바사아자차카타파하", "ganadaramabasaajachakatapaha"),
    "tense": ("까따빠싸짜", "kkattappassajja"),
    "vowels": ("아애야얘어에여예오와왜외요우워웨위유으의이", "aaeyayaeeoeyeoyeowawaeoeyouwowewiyueuuii"),
    "finals": ("각간갇갈감갑갓강갗갘같갚갛", "gakgangatgalgamgapgatganggatgakgatgapgat"),
    "double finals": ("닭 삶 값 앉 많 여덟 읽 없", "dak sam gap an man yeodeol ik eop"),
    "names": ("서울 부산 대한민국 방탄소년단", "seoul busan daehanminguk bangtansonyeondan"),
    "without changes of sound": ("학교 신라", "hakgyo sinra"),
    "other text": ("사랑해 Love 2", "saranghae Love 2"),
}


@pytest.fixture
def without_pinyin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a process be without the library."""
    readings_of.cache_clear()
    monkeypatch.setattr(han, "_pypinyin", lambda: None)
    yield
    readings_of.cache_clear()


@pytest.mark.parametrize(("text", "reading"), HEPBURN.values(), ids=HEPBURN)
def test_kana(text: str, reading: str) -> None:
    """Kana are read by Hepburn's table, letter by letter."""
    assert romanised_kana(text) == reading


@pytest.mark.parametrize(("text", "reading"), REVISED.values(), ids=REVISED)
def test_hangul(text: str, reading: str) -> None:
    """Hangul is read by the Revised Romanization, letter by letter, composed or not."""
    assert romanised_hangul(text) == romanised_hangul(normalize("NFD", text)) == reading


def test_first_letters() -> None:
    """The initials of hangul are the first consonants of its syllables, other text left out."""
    assert first_letters("사랑 Love 이야기") == first_letters(normalize("NFD", "사랑 Love 이야기"))
    assert normalize("NFKC", "ㅅㄹㅇㅇㄱ") == first_letters("사랑 Love 이야기")
    assert normalize("NFKC", "ㄲㄸ") == first_letters("까따")


def test_readings() -> None:
    """Readings have a version, full texts and initials; what has none has an empty object."""
    assert readings_of("Love & Peace") == readings_of("Любовь") == readings_of("Björk") == {}
    assert readings_of("さくら") == {"version": VERSION, "full": ("sakura",), "initials": ()}
    assert readings_of("사랑") == {"version": VERSION, "full": ("sarang",), "initials": ("\u1109\u1105",)}
    assert readings_of("さくら사랑")["full"] == ("sakura사랑", "さくらsarang")


def test_kanji_are_not_read() -> None:
    """Kanji beside kana stay as they are."""
    assert readings_of("天使のテーゼ") == {"version": VERSION, "full": ("天使noteze",), "initials": ()}


def test_pinyin() -> None:
    """Han characters without kana have their pinyin, in several words and in one, and its initials."""
    pytest.importorskip("pypinyin")
    assert readings_of("青花瓷") == {"version": VERSION, "full": ("qing hua ci", "qinghuaci"), "initials": ("qhc",)}
    assert readings_of("光") == {"version": VERSION, "full": ("guang",), "initials": ("g",)}
    assert readings_of("爱 Love")["full"] == ("ai Love", "aiLove")


@pytest.mark.usefixtures("without_pinyin")
def test_without_pinyin() -> None:
    """A process without the library gives no pinyin, and all other readings."""
    assert (readings_of("青花瓷"), readings_of("사랑")["full"]) == ({}, ("sarang",))


def test_what_is_lacking() -> None:
    """A row lacks the readings that this process would give, or that another version gave; it may have others."""
    stored = readings_of("さくら")
    assert not lacks_readings("さくら", stored)
    assert not lacks_readings("さくら", {**stored, "full": ("sakura", "cherry")})
    assert not lacks_readings("Love", {})
    assert lacks_readings("さくら", {})
    assert lacks_readings("さくら", {**stored, "version": VERSION - 1})
    assert lacks_readings("사랑", {**readings_of("사랑"), "initials": ()})


@pytest.mark.usefixtures("without_pinyin")
def test_nothing_is_lacking_without_pinyin() -> None:
    """A process without the library misses nothing in a row, whether another one has filled it or not."""
    filled = {"version": VERSION, "full": ("guang",), "initials": ("g",)}
    assert [lacks_readings("光", stored) for stored in ({}, filled)] == [False, False]
