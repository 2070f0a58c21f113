"""A library to search in, and what guests type: words as frequent as in real ones, in many scripts.

The n-th word of a script's vocabulary is about 1/n as frequent as the first; most words of a large library are in a
handful of songs. The same number of songs is always the same library, with the same queries.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from benchmarks.libraries import song_id
from karaoke_persist import Song
from karaoke_persist.models import FrozenDict

SEED = 7
QUERIES = 200
_FIRST_DAY = datetime(2019, 1, 1, tzinfo=UTC)
_COMMON = [
    "the",
    "love",
    "you",
    "me",
    "of",
    "my",
    "night",
    "i",
    "in",
    "a",
    "to",
    "heart",
    "dance",
    "baby",
    "one",
    "time",
    "la",
    "de",
    "que",
    "live",
    "karaoke",
    "version",
]
_EMPTY: dict[str, Any] = {name: info.default for name, info in Song.model_fields.items()}
_GENRES = ("Pop", "Rock", "Enka", "Trot", "Chanson", "Musical", "Metal", "Schlager", "Country", "Soul", None)


@dataclass(frozen=True, slots=True)
class Script:
    """A language with its share of the songs."""

    language: str
    share: int
    syllables: Sequence[str]
    lengths: tuple[int, int]
    """Of words, in syllables."""
    space: str
    words: int


def _letters(first: str, last: str) -> tuple[str, ...]:
    return tuple(map(chr, range(ord(first), ord(last) + 1)))


_CONSONANTS, _VOWELS = "b c d f g h j k l m n p r s t v w br ch cl st th tr sh", "a e i o u ea oo ai"
_LATIN = tuple(
    consonant + vowel + end
    for consonant in [
        "b",
        "c",
        "d",
        "f",
        "g",
        "h",
        "j",
        "k",
        "l",
        "m",
        "n",
        "p",
        "r",
        "s",
        "t",
        "v",
        "w",
        "br",
        "ch",
        "cl",
        "st",
        "th",
        "tr",
        "sh",
    ]
    for vowel in _VOWELS.split()
    for end in ("", "", "n", "r", "s", "ng", "t")
)
_ACCENTED = tuple(syllable.replace("a", "á").replace("o", "ö").replace("e", "é") for syllable in _LATIN)
_CYRILLIC = tuple(one + two for one in "бвгдзклмнпрст" for two in "аеиоуяю")
_SCRIPTS = (
    Script("en", 50, _LATIN, (1, 3), " ", 40_000),
    Script("fr", 14, _ACCENTED, (1, 3), " ", 20_000),
    Script("zh", 10, _letters("一", "嶿"), (1, 2), "", 12_000),
    Script("ja", 12, _letters("ぁ", "ん") + _letters("丁", "世") + _letters("夢", "奈"), (1, 3), "", 12_000),
    Script("ko", 8, _letters("가", "맣"), (1, 3), " ", 12_000),
    Script("ru", 6, _CYRILLIC, (1, 4), " ", 12_000),
)


@cache
def _vocabulary(script: Script) -> list[str]:
    chance = random.Random(f"{SEED} {script.language}")
    common = _COMMON if script.language == "en" else []
    made = ("".join(chance.choices(script.syllables, k=chance.randint(*script.lengths))) for _ in range(script.words))
    return [*common, *made]


def _word(script: Script, chance: random.Random) -> str:
    words = _vocabulary(script)
    return words[int(len(words) ** chance.random()) - 1]


def _phrase(script: Script, chance: random.Random, most: int) -> str:
    return script.space.join(_word(script, chance) for _ in range(chance.randint(1, most)))


def songs(count: int) -> Iterator[Song]:
    """The songs of a library of this size."""
    artists = _artists(count)
    return (_song(number, artists) for number in range(count))


def queries(count: int) -> list[str]:
    """What guests type whole: words of titles, artists, both, and pieces of titles without spaces."""
    chance, artists = random.Random(SEED + 1), _artists(count)
    return [_typed(_song(number, artists), chance) for number in chance.sample(range(count), QUERIES)]


@cache
def _artists(count: int) -> list[str]:
    chance = random.Random(SEED)
    return [_phrase(_script(chance), chance, 3).title() for _ in range(max(50, count // 12))]


def _script(chance: random.Random) -> Script:
    return chance.choices(_SCRIPTS, [script.share for script in _SCRIPTS])[0]


def _song(number: int, artists: list[str]) -> Song:
    """A song that depends on nothing but its number and the artists."""
    chance = random.Random(f"{SEED} {number}")
    script, some, key = _script(chance), chance.random, song_id(number)
    fields: dict[str, Any] = {
        "id": key,
        "title": _phrase(script, chance, 5).capitalize(),
        "artist": artists[int(len(artists) ** some()) - 1],
        "album": _phrase(script, chance, 3).capitalize() if some() < 0.6 else None,
        "language": script.language,
        "genre": chance.choice(_GENRES),
        "year": 1950 + int(75 * some() ** 0.5),
        "duration_ms": 120_000 + int(some() * 240_000),
        "date_added": _FIRST_DAY + timedelta(seconds=number * 190),
        "source": "youtube",
        "video_id": key[-11:],
        "source_url": f"https://www.youtube.com/watch?v={key[-11:]}",
        "channel": "Karaoke channel",
        "plain_lyrics": "\n".join(_phrase(script, chance, 8) for _ in range(20)) if some() < 0.33 else None,
        "media": FrozenDict({"vocals": f"{number}/vocals.mp3", "instrumental": f"{number}/instrumental.mp3"}),
    }
    fields |= Song.integrity.derive(fields)
    return Song.trusted({**_EMPTY, **fields})


def _typed(song: Song, chance: random.Random) -> str:
    title, artist = song.title.lower().split(), song.artist.lower()
    if len(title) == 1 and len(title[0]) > 2 and song.language in ("zh", "ja"):
        start = chance.randrange(len(title[0]) - 1)
        return title[0][start : start + chance.randint(1, 3)]
    return chance.choice(
        [" ".join(title[:2]), " ".join(title), artist, f"{artist.split()[0]} {title[0]}", " ".join(title[-2:])]
    )


def prefixes(query: str) -> Iterator[str]:
    """A query as it is typed, character by character."""
    return (query[: end + 1] for end in range(len(query)) if not query[end].isspace())
