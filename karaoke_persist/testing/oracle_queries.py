"""What a typed text asks for, read a character at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from karaoke_persist.testing.oracle_folds import expanded, primary, without_controls, words

MOST: Final = 16
_FIELDS: Final = ("title", "artist", "album")


@dataclass(frozen=True)
class Wanted:
    """A piece of text that is looked for, in its one or two spellings."""

    spellings: tuple[str, ...]
    field: str | None
    starts_a_word: bool


@dataclass
class Asked:
    """What songs must have, what they must not, and the filters by name."""

    wanted: list[Wanted] = field(default_factory=list)
    unwanted: list[Wanted] = field(default_factory=list)
    filters: dict[str, Any] = field(default_factory=dict)
    truncated: bool = False

    @property
    def whole(self) -> list[str]:
        """The text without fields and signs, as the best tiers compare it, in its spellings."""
        free = [each for each in self.wanted if each.field is None]
        return [" ".join(each.spellings[place] for each in free) for place in (0, -1)] if free else []


@dataclass(frozen=True)
class _Piece:
    text: str
    field: str | None
    quoted: bool
    negative: bool


def asked(text: str) -> Asked:
    """Read a typed text."""
    answer, pieces = Asked(), list[_Piece]()
    for token, quoted_at in _tokens(without_controls(text)):
        piece = _piece(token, quoted_at)
        found = _filter(piece)
        if found is None:
            pieces.append(_with_field(piece))
        else:
            answer.filters.update([found])
    _look_for(answer, pieces)
    return answer


def _look_for(answer: Asked, pieces: list[_Piece]) -> None:
    """Turn text into what is looked for; signs alone count only when there is nothing else."""
    with_words = [piece for piece in pieces if words(piece.text)]
    found = [(piece, wanted) for piece in with_words or pieces for wanted in _wanted(piece)]
    answer.truncated = len(found) > MOST
    for piece, wanted in found[:MOST]:
        (answer.unwanted if piece.negative else answer.wanted).append(wanted)


def _tokens(text: str) -> list[tuple[str, int | None]]:
    """The parts between spaces, or between quotes, these with the place of their first quote."""
    tokens: list[tuple[str, int | None]] = []
    rest = text.lstrip()
    while rest:
        start = rest.find('"')
        end = rest.find('"', start + 1) if start >= 0 else -1
        closes = end > 0 and (end + 1 == len(rest) or rest[end + 1].isspace())
        if closes and _may_precede_a_quote(rest[:start]):
            token, quoted_at = rest[: end + 1], start
        else:
            token, quoted_at = rest.split(maxsplit=1)[0], None
        tokens.append((token, quoted_at))
        rest = rest[len(token) :].lstrip()
    return tokens


def _may_precede_a_quote(text: str) -> bool:
    name = text.removeprefix("-")
    return name == "" or (name.endswith(":") and name[:-1].isascii() and name[:-1].isalpha())


def _piece(token: str, quoted_at: int | None) -> _Piece:
    if quoted_at is not None:
        before, inside = token[:quoted_at], token[quoted_at + 1 : -1]
        return _Piece(inside, before.removeprefix("-") or None, True, before.startswith("-"))
    negative = len(token) > 1 and token.startswith("-")
    return _Piece(token[1:] if negative else token, None, False, negative)


def _split(piece: _Piece) -> tuple[str, str]:
    """A name before a colon, in small letters, and what stands after it."""
    if piece.quoted:
        return (piece.field or "").removesuffix(":").lower(), piece.text
    name, _, value = piece.text.partition(":") if ":" in piece.text else ("", "", piece.text)
    return name.lower(), value


def _filter(piece: _Piece) -> tuple[str, Any] | None:
    name, value = _split(piece)
    if piece.negative or not value.strip():
        return None
    if name == "year" and _is_years(value):
        first, dots, last = value.partition("..")
        return name, tuple(int(end) if end else None for end in (first, last if dots else first))
    if name in ("language", "genre"):
        return name, value
    return ("has", "lyrics") if (name, value.lower()) == ("has", "lyrics") else None


def _is_years(value: str) -> bool:
    first, dots, last = value.partition("..")
    ends = [end for end in (first, last) if end]
    return bool(ends) and all(end.isdecimal() and len(end) <= 4 for end in ends) and (bool(first) or bool(dots))


def _with_field(piece: _Piece) -> _Piece:
    name, value = _split(piece)
    if name in _FIELDS and value.strip():
        return _Piece(value, name, piece.quoted, piece.negative)
    if piece.quoted and piece.field:  # no field that there is: the token is plain text, quotes and all
        return _Piece(f'{piece.field}"{piece.text}"', None, False, piece.negative)
    return _Piece(piece.text, None, piece.quoted, piece.negative)


def _wanted(piece: _Piece) -> list[Wanted]:
    one, other = primary(without_controls(piece.text)), expanded(without_controls(piece.text))
    if not one:
        return []
    if piece.quoted or piece.negative:
        return [Wanted((one, other), piece.field, True)]
    ones, others = one.split(), other.split()
    if len(ones) != len(others):
        others = ones
    return [Wanted(pair, piece.field, False) for pair in zip(ones, others, strict=True)]
