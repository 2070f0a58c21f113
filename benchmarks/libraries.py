"""Synthetic libraries that look like real ones: many scripts, few famous artists and many obscure, lyrics on a third.

The same number of songs is always the same library. Loaded ones are kept in a temporary folder for the next run.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import karaoke_persist
from karaoke_persist import Song
from karaoke_persist.models import FrozenDict

SEED = 1
LOADED_AT_ONCE = 5_000
_FIRST_DAY = datetime(2019, 1, 1, tzinfo=UTC)
_EMPTY: dict[str, Any] = {name: info.default for name, info in Song.model_fields.items()}

# share of the songs, language, words, whether words are written with spaces between them
_SCRIPTS: list[tuple[int, str, str, bool]] = [
    (
        44,
        "en",
        "love night the of my heart dance baby rain summer thunder diamond karaoke version blue river home "
        "you me tonight again forever star fire road angel dream moon city lights never let it be gone wild",
        True,
    ),
    (6, "fr", "été cœur amour nuit français où ça déjà forêt rêve étoile lumière garçon fenêtre Noël", True),
    (4, "is", "Jóga þú ást nótt sól dagur hjarta æði ég blóm fjöll Sæglópur Ágætis byrjun", True),
    (4, "pl", "miłość łódź noc życie żółty księżyc gwiazda słońce ćma źródło", True),
    (5, "es", "corazón mañana niña canción razón adiós sueño fuego año vida", True),
    (3, "vi", "Việt Nam đêm trăng tình yêu mưa buồn người ơi nhớ", True),
    (13, "ja", "桜 東京 夜 君 恋 雨 夢 空 海 花 さくら ありがとう ラブ ソング カラオケ 世界 一つ だけ の 雪 華", False),
    (7, "ko", "사랑 밤 너 나 비 꿈 하늘 바다 아리랑 별 그대 봄날 안녕", True),
    (6, "zh", "月亮 代表 我 的 心 朋友 愛 夜 上海 北京 紅 豆 風 雲 𠮷", False),
    (4, "ru", "любовь ночь ты я дождь сердце звезда ёлка подмосковные вечера катюша", True),
    (2, "el", "αγάπη νύχτα καρδιά θάλασσα ήλιος ζωή όνειρο", True),
    (1, "he", "שלום אהבה לילה ירושלים זהב לב", True),
    (1, "ar", "حب ليل قلب حبيبي القمر يا", True),
]
_SHARES = [script[0] for script in _SCRIPTS]
_VOCABULARY = [(language, words.split(), " " if spaced else "") for _, language, words, spaced in _SCRIPTS]
_GENRES = ("Pop", "Rock", "Enka", "Trot", "Chanson", "Musical", "Metal", "Schlager", None)


def song_id(number: int) -> str:
    """The id of the song with this number: like the library's own, by time and then random, but always the same."""
    random_part = hashlib.blake2b(b"%d" % number, digest_size=10).hexdigest()
    return f"{1_546_300_800_000 + number * 190_000:012x}{random_part}"


def songs(count: int, first: int = 0, variant: int = 0) -> Iterator[Song]:
    """Songs numbered from `first` on. Another variant has the same ids and other contents."""
    chance = random.Random(SEED + first * 7 + variant)
    artists = [_name(chance, 3) for _ in range(max(50, count // 12))]
    lyrics = [_lyrics(chance) for _ in range(400)]
    for number in range(first, first + count):
        yield _song(chance, number, artists, lyrics)


def load(url: str, made: Iterator[Song]) -> None:
    """Fill a new store; through the backend's own session, for the values are right by construction."""
    options = {"durability": "relaxed"} if url.startswith("sqlite") else {}
    with karaoke_persist.open(url, **options) as library:
        rest = iter(made)
        while batch := list(islice(rest, LOADED_AT_ONCE)):
            session = library.store.session()
            try:
                session.insert(batch)
            except BaseException:
                session.rollback()
                raise
            session.commit()


def _song(chance: random.Random, number: int, artists: list[str], lyrics: list[str]) -> Song:
    some = chance.random
    language, words, space = chance.choices(_VOCABULARY, _SHARES)[0]
    added = _FIRST_DAY + timedelta(seconds=number * 190 + some() * 100_000, microseconds=number % 1_000_000)
    key = song_id(number)
    fields: dict[str, Any] = {
        "id": key,
        "title": _title(chance, words, space),
        # the n-th artist is about 1/n as frequent as the first
        "artist": artists[int(len(artists) ** some()) - 1],
        "language": language,
        "genre": chance.choice(_GENRES),
        "duration_ms": 120_000 + int(some() * 240_000),
        "date_added": added if some() < 0.99 else None,
        "source": "youtube",
        "video_id": key[-11:],
        "source_url": f"https://www.youtube.com/watch?v={key[-11:]}",
        "channel": "Karaoke channel",
        "uploader": "somebody",
        "media": FrozenDict({"vocals": f"{key}/vocals.mp3", "instrumental": f"{key}/instrumental.mp3"}),
    }
    if some() < 0.65:
        fields["album"] = _title(chance, words, space)
    if some() < 0.7:
        fields["year"] = 1950 + int(75 * some() ** 0.5)
    if some() < 0.33:
        fields["plain_lyrics"] = chance.choice(lyrics)
    if some() < 0.25:
        fields |= {"tags": ("duet", "party"), "youtube_tags": ("karaoke", language), "favorite": True}
    if some() < 0.25:
        fields |= {"itunes_track_id": number, "itunes_explicit": False, "mbid": key}
    fields |= Song.integrity.derive(fields)
    return Song.trusted({**_EMPTY, **fields})


def _title(chance: random.Random, words: list[str], space: str) -> str:
    if not space:  # in Chinese and Japanese one or two characters are a whole title
        title = "".join(chance.choices(words, k=1 + int(4 * chance.random() ** 2)))
        return title[:1] if chance.random() < 0.1 else title
    title = space.join(chance.choices(words, k=1 + int(chance.random() * 4)))
    return title if chance.random() < 0.4 else f"{title} {chance.randrange(2_000)}"


def _name(chance: random.Random, length: int) -> str:
    _, words, space = chance.choices(_VOCABULARY, _SHARES)[0]
    name = space.join(chance.choices(words, k=1 + chance.randrange(length)))
    return f"{name} {chance.randrange(100_000)}".title()


def _lyrics(chance: random.Random) -> str:
    _, words, space = chance.choices(_VOCABULARY, _SHARES)[0]
    return "\n".join(space.join(chance.choices(words, k=6)) for _ in range(chance.randrange(16, 48)))
