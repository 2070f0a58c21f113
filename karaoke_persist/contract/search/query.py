"""What a person asks for, as a value and as typed text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from karaoke_persist.contract.search.folding import CONTROLS_TO_SPACES
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models.text import check_bytes

TextField = Literal["title", "artist", "album"]
TEXT_FIELDS: Final[tuple[TextField, ...]] = get_args(TextField)
TEXT_BYTES: Final = 4_096
MOST_TERMS: Final = 16

_TOKEN = re.compile(r'(?P<minus>-?)(?:(?P<field>[A-Za-z]+):)?"(?P<quoted>[^"]*)"(?=\s|$)|\S+')
_YEARS = re.compile(r"(?P<first>\d{1,4})(?P<range>\.\.(?P<last>\d{1,4})?)?|\.\.(?P<until>\d{1,4})")


@dataclass(frozen=True, slots=True)
class Term:
    """Text that has to be found in a song, or must not be."""

    text: str
    field: TextField | None = None
    """Where; None is anywhere: in the title, the artist, the album, their aliases and readings."""
    phrase: bool = False
    """Whether its words stand together, from the start of a word."""
    excluded: bool = False
    """Whether the song must not have it, as whole words."""


@dataclass(frozen=True, slots=True)
class Years:
    """From one year to another, both included; None is open."""

    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Terms that must all hold, and filters that must all hold. Without any of them every song is meant."""

    terms: tuple[Term, ...] = ()
    years: Years | None = None
    language: str | None = None
    """As the song has it, in any case."""
    genre: str | None = None
    with_lyrics: bool = False
    """Whether only songs with lyrics are meant."""

    @classmethod
    def parse(cls, text: str) -> SearchQuery:
        """Read what a person typed. What is no syntax is plain text; only what is no text at all is refused.

        Words, `"a phrase"`, `-without`, `artist:`, `title:`, `album:`, `year:1990..1999`, `language:`, `genre:`,
        `has:lyrics`. More than 4 KiB and lone surrogates are `InvalidValue`.
        """
        query = cls()
        for match in _TOKEN.finditer(_checked(text).translate(CONTROLS_TO_SPACES)):
            query = _with_token(query, match)
        return query


def _checked(text: object) -> str:
    if not isinstance(text, str):
        raise InvalidValue("search", text, "a text is expected")
    try:
        return check_bytes(text, TEXT_BYTES)
    except ValueError as error:
        raise InvalidValue("search", text, str(error)) from None


def _with_token(query: SearchQuery, match: re.Match[str]) -> SearchQuery:
    token, quoted = match[0], match["quoted"]
    if quoted is None:
        excluded = token.startswith("-") and len(token) > 1
        name, colon, value = token[excluded:].partition(":")
    else:
        excluded = bool(match["minus"])
        name, colon, value = match["field"] or "", ":" if match["field"] else "", quoted
    phrase, name = quoted is not None, name.lower()
    if colon and value.strip():
        if name in TEXT_FIELDS:
            return _with_term(query, Term(value, name, phrase, excluded))
        if not excluded and (filtered := _filtered(query, name, value)) is not None:
            return filtered
    if quoted is not None and not colon:
        return _with_term(query, Term(value, None, True, excluded))
    return _with_term(query, Term(token[excluded:], None, False, excluded))


def _with_term(query: SearchQuery, term: Term) -> SearchQuery:
    return replace(query, terms=(*query.terms, term)) if term.text.strip() else query


def _filtered(query: SearchQuery, name: str, value: str) -> SearchQuery | None:
    """The query with a filter more; None if it is not one."""
    if name == "year" and (years := _years(value)) is not None:
        return replace(query, years=years)
    if name == "language":
        return replace(query, language=value)
    if name == "genre":
        return replace(query, genre=value)
    if name == "has" and value.lower() == "lyrics":
        return replace(query, with_lyrics=True)
    return None


def _years(value: str) -> Years | None:
    match = _YEARS.fullmatch(value)
    if match is None:
        return None
    if match["first"] is None:
        return Years(None, int(match["until"]))
    first = int(match["first"])
    if match["range"] is None:
        return Years(first, first)
    return Years(first, None if match["last"] is None else int(match["last"]))
