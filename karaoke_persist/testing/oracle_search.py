"""What a search finds, in which order, and what is told beside it: the rules once more, over plain values.

It reads songs as they are stored, and looks at each of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from karaoke_persist import Song
from karaoke_persist.models import key_fold
from karaoke_persist.testing.oracle_folds import expanded, forms, primary
from karaoke_persist.testing.oracle_queries import Asked, Wanted, asked

NOT_FOUND: Final = 7
_DENSE: Final = ("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ", "THAI ")


@dataclass(frozen=True)
class Card:
    """A song with its folded texts by field."""

    song: Song
    texts: dict[str, tuple[str, ...]]
    initials: dict[str, tuple[str, ...]]

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands among those that match equally well."""
        return self.texts["title"][0], self.texts["artist"][0], self.song.id


def card(song: Song) -> Card:
    """Fold a song as it is stored."""
    titles, artists = song.title_readings, song.artist_readings
    raw = {
        "title": [song.title, *song.aliases, *titles.get("full", ())],
        "artist": [song.artist, *song.artist_aliases, *artists.get("full", ())],
        "album": [] if song.album is None else [song.album],
    }
    texts = {field: tuple(form for text in some for form in forms(text)) for field, some in raw.items()}
    initials = {"title": titles.get("initials", ()), "artist": artists.get("initials", ()), "album": ()}
    return Card(song, texts, {field: tuple(map(primary, some)) for field, some in initials.items()})


class Catalogue:
    """Songs that are searched by looking at each. Nobody sees the missing ones, and a guest not the hidden ones."""

    def __init__(self, songs: Iterable[Song], *, guest: bool = False) -> None:
        self.cards: list[Card] = [card(song) for song in songs if not ((guest and song.hidden) or song.missing_since)]

    def found(self, query: str) -> list[str]:
        """The ids of the songs that a query finds, best first."""
        wish = asked(query)
        ranked = sorted((tier(each, wish), *each.place) for each in self.cards)
        return [song_id for rank, *_, song_id in ranked if rank < NOT_FOUND]

    def artists(self, query: str, samples: int) -> list[tuple[str, int, list[str]]]:
        """Each artist with matching songs, how many there are, and the first of them in the order of titles."""
        hits = sorted(self._hits(asked(query)), key=lambda each: each.place)
        names = {each.song.artist for each in hits}
        groups = [(name, [each.song.id for each in hits if each.song.artist == name]) for name in names]
        groups.sort(key=lambda group: (key_fold(group[0]), group[0]))
        return [(name, len(ids), ids[:samples]) for name, ids in groups]

    def facet(self, query: str, name: str) -> list[tuple[Any, int]]:
        """How many of the hits have each value, the most frequent first, the query's own filter of it left out."""
        wish = asked(query)
        wish.filters.pop("year" if name == "decade" else name, None)
        if name == "artist":
            wish.wanted = [each for each in wish.wanted if each.field != "artist"]
        values = [_facet_value(each.song, name) for each in self._hits(wish)]
        present = [value for value in values if value is not None]
        shown = {value: _spelling(value, present) if name in ("language", "genre") else value for value in present}
        counts = Counter(shown[value] for value in present)
        ranked = sorted(counts.items(), key=lambda each: (-each[1], _fold(each[0]), each[0]))
        return ranked[:20] if name == "artist" else ranked

    def near(self, query: str) -> tuple[list[str], list[str]]:
        """The songs and the artists that a query with slips may have meant."""
        wish = asked(query)
        if len(self._hits(wish)) >= 5 or not any(map(_may_slip, wish.wanted)):
            return [], []
        passing = [each for each in self.cards if _passes(each, wish)]
        songs = sorted((count, *each.place) for each in passing if (count := _slips(each, wish, ("title", "artist"))))
        return [song_id for *_, song_id in songs[:10]], _near_artists(passing, wish)

    def complete(self, start: str) -> list[tuple[str, str, str | None, int]]:
        """Artists and songs whose name begins so: what was sung most first, then both in turn."""
        starts = (primary(start), expanded(start))
        if not starts[0]:
            return []
        artists, songs = self._artists_at(starts), self._songs_at(starts)
        used = sorted((each for each in artists + songs if each[1][3]), key=lambda each: (-each[1][3], each[0]))
        fresh = [[each for each in some if not each[1][3]] for some in (artists, songs)]
        turns = [some[place] for place in range(max(map(len, fresh))) for some in fresh if place < len(some)]
        return [completion for _, completion in used + turns]

    def _hits(self, wish: Asked) -> list[Card]:
        return [each for each in self.cards if tier(each, wish) < NOT_FOUND]

    def _songs_at(self, starts: tuple[str, ...]) -> list[tuple[Any, Any]]:
        found = sorted((each for each in self.cards if _begins(each, "title", starts)), key=lambda each: each.place)
        songs = [each.song for each in found]
        places = [("song", *each.place) for each in found]
        whole = [("song", each.title, each.id, each.play_count) for each in songs]
        return list(zip(places, whole, strict=True))

    def _artists_at(self, starts: tuple[str, ...]) -> list[tuple[Any, Any]]:
        found = [each for each in self.cards if _begins(each, "artist", starts)]
        names = sorted({(each.texts["artist"][0], each.song.artist) for each in found})
        plays = Counter[str]()
        for each in found:
            plays[each.song.artist] += each.song.play_count
        return [(("artist", fold, name), ("artist", name, None, plays[name])) for fold, name in names]


def tier(each: Card, wish: Asked) -> int:
    """How well a song fits, from 0; 7 if it does not."""
    for wanted in wish.wanted:
        if not _has(each, wanted):
            return NOT_FOUND
    if not _passes(each, wish):
        return NOT_FOUND
    free = [wanted for wanted in wish.wanted if wanted.field is None]
    if not free:
        return 6
    titles, artists = each.texts["title"], each.texts["artist"]
    tests = (
        any(text == whole for text in titles for whole in wish.whole),
        any(text == whole for text in artists for whole in wish.whole),
        any(text.startswith(whole) for text in titles for whole in wish.whole),
        any(text.startswith(whole) for text in artists for whole in wish.whole),
        all(_starts_a_word(wanted, titles) for wanted in free),
        all(_starts_a_word(wanted, titles) or _starts_a_word(wanted, artists) for wanted in free),
        True,
    )
    return tests.index(True)


def _passes(each: Card, wish: Asked) -> bool:
    """Whether a song has nothing that is excluded, and what is filtered by."""
    song, filters = each.song, wish.filters
    first, last = filters.get("year", (None, None))
    lyrics = song.plain_lyrics is not None or song.synced_lyrics is not None or "lyrics" in song.media
    return (
        not any(_is_a_word_of(each, unwanted) for unwanted in wish.unwanted)
        and ("year" not in filters or (song.year is not None and (first or 0) <= song.year <= (last or 9999)))
        and _same(song.language, filters.get("language"))
        and _same(song.genre, filters.get("genre"))
        and ("has" not in filters or lyrics)
    )


def _same(stored: str | None, wanted: str | None) -> bool:
    return wanted is None or (stored is not None and key_fold(stored) == key_fold(wanted))


def _texts(each: Card, field: str | None) -> list[str]:
    if field is None:
        return [*each.texts["title"], *each.texts["artist"], *each.texts["album"]]
    return list(each.texts[field])


def _has(each: Card, wanted: Wanted) -> bool:
    texts = _texts(each, wanted.field)
    if wanted.starts_a_word:
        return _starts_a_word(wanted, texts)
    for text in texts:
        for spelling in wanted.spellings:
            if spelling in text:
                return True
    initials = [text for name, some in each.initials.items() if wanted.field in (None, name) for text in some]
    return len(wanted.spellings[0]) >= 2 and any(text.startswith(wanted.spellings[0]) for text in initials)


def _starts_a_word(wanted: Wanted, texts: Iterable[str]) -> bool:
    """Whether a text begins so, or goes on so after a space."""
    return any(text.startswith(spelling) or f" {spelling}" in text for text in texts for spelling in wanted.spellings)


def _is_a_word_of(each: Card, unwanted: Wanted) -> bool:
    for spelling in unwanted.spellings:
        words = spelling.split()
        for text in _texts(each, unwanted.field):
            own = text.split()
            runs = [own[place : place + len(words)] for place in range(len(own))]
            if words in runs or (_is_dense(spelling) and spelling in text):
                return True
    return False


def _is_dense(text: str) -> bool:
    import unicodedata

    return any(unicodedata.name(letter, "").startswith(_DENSE) for letter in text)


# facets


def _facet_value(song: Song, name: str) -> Any:
    if name == "decade":
        return None if song.year is None else song.year - song.year % 10
    return getattr(song, name)


def _spelling(value: str, values: Sequence[str]) -> str:
    """The least of the spellings of one value."""
    return min(each for each in values if key_fold(each) == key_fold(value))


def _fold(value: Any) -> Any:
    return key_fold(value) if isinstance(value, str) else value


# near matches


def edits(one: str, other: str) -> int:
    """The restricted edit distance, from its recurrence."""
    table = {(row, 0): row for row in range(len(one) + 1)} | {(0, column): column for column in range(len(other) + 1)}
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            differs = one[row - 1] != other[column - 1]
            ways = [table[row - 1, column] + 1, table[row, column - 1] + 1, table[row - 1, column - 1] + differs]
            if row > 1 and column > 1 and one[row - 2 : row] == other[column - 2 : column][::-1]:
                ways.append(table[row - 2, column - 2] + 1)
            table[row, column] = min(ways)
    return table[len(one), len(other)]


def _most(text: str) -> int:
    return 0 if len(text) < 4 else 1 if len(text) < 8 else 2


def _may_slip(wanted: Wanted) -> bool:
    return not wanted.starts_a_word and wanted.field != "album" and any(map(_most, wanted.spellings))


def _slips(each: Card, wish: Asked, fields: Sequence[str]) -> int | None:
    """The sum of the slips of all that is wanted; None if one of them is not even near."""
    total = 0
    for wanted in wish.wanted:
        if _has(each, wanted):
            continue
        texts = [text for field in fields if wanted.field in (None, field) for text in each.texts[field]]
        count = _least(wanted, {word for text in texts for word in text.split()})
        if count is None:
            return None
        total += count
    return total


def _least(wanted: Wanted, words: set[str]) -> int | None:
    if not _may_slip(wanted):
        return None
    counts = [
        count
        for word in words
        for spelling in wanted.spellings
        if abs(len(word) - len(spelling)) <= _most(spelling) and (count := edits(spelling, word)) <= _most(spelling)
    ]
    return min(counts, default=None)


def _near_artists(passing: Sequence[Card], wish: Asked) -> list[str]:
    told = [wanted for wanted in wish.wanted if wanted.field in (None, "artist")]
    if not told:
        return []
    best: dict[str, int] = {}
    for each in passing:
        alone = Card(each.song, {**each.texts, "title": (), "album": ()}, {"title": (), "artist": (), "album": ()})
        count = _slips(alone, Asked(wanted=told), ("artist",))
        if count:
            best[each.song.artist] = min(count, best.get(each.song.artist, count))
    ranked = sorted(best, key=lambda name: (best[name], key_fold(name), name))
    return ranked[:10]


def _begins(each: Card, field: str, starts: tuple[str, ...]) -> bool:
    return any(text.startswith(start) for text in each.texts[field] for start in starts)
