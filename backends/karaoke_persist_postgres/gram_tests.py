"""Grams asked of a row, for where rows are looked at one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from karaoke_persist_postgres.gram_codes import gram_code
from karaoke_persist_postgres.walks import all_of
from karaoke_persist_sql.search import (
    ARTIST,
    DECADE,
    FURTHER_TITLE,
    GENRE,
    HIDDEN,
    INITIALS,
    LANGUAGE,
    LYRICS,
    NAME,
    SUNG,
    TITLE,
    YEAR,
    Clause,
    GramQuery,
    covering,
    plain_text,
)

_STARTS = {TITLE: "title", ARTIST: "artist"}
_KEYS = {NAME: "name_key", GENRE: "genre_key", LANGUAGE: "language_key"}
_YEARS = {YEAR: "d.year", DECADE: "floor(d.year / 10.0)"}
_FLAGS = {LYRICS: "d.lyrics = 1", HIDDEN: "d.hidden = 1", SUNG: "d.sung"}
_INITIALS = "concat(d.title_initials, d.artist_initials)"
_FIELDS: Final = ("title", "artist", "album")


def row_clauses(grams: GramQuery) -> Iterator[Clause]:
    """Whether a document has grams that are asked for."""
    for alternatives in grams.needed:
        yield _any([all_of([_of_row(gram) for gram in covering(each)]) for each in alternatives])
    yield from without_clauses(grams)


def unsaid_clauses(grams: GramQuery) -> Iterator[Clause]:
    """The same, but for what its texts are asked anyway.

    Several grams say less than the text that is sought; only a single one may be all that is said about it.
    """
    single = tuple(part for part in grams.needed if all(len(alternative) == 1 for alternative in part))
    return row_clauses(grams._replace(needed=single))


def without_clauses(grams: GramQuery) -> Iterator[Clause]:
    """The same for grams that a document must not have, which no index can be asked for."""
    for gram in grams.without:
        sql, parameters = _of_row(gram)
        yield Clause(f"({sql}) IS NOT TRUE", parameters)


def _of_row(gram: str) -> Clause:
    marker, text = gram[0], plain_text(gram[1:])
    if marker in _FLAGS:
        return Clause(_FLAGS[marker])
    if marker in _KEYS:
        return Clause(f"d.{_KEYS[marker]} = ?", (gram_code(gram),))
    if marker in _YEARS:
        return Clause(f"{_YEARS[marker]} = ?", (int(text),))
    if marker == INITIALS:
        return _holds(_INITIALS, f"\n {text}")
    if marker == FURTHER_TITLE:
        return _holds("d.more_title", f"\n {text}")
    if marker in _STARTS:
        column = _STARTS[marker]
        return _any([_holds(f"E'\\n ' || d.{column}", f"\n {text}"), _holds(f"d.more_{column}", f"\n {text}")])
    return _anywhere(plain_text(gram))


def _anywhere(text: str) -> Clause:
    padded = "' ' || d.{} || ' '" if " " in text else "d.{}"
    return _any([_holds(form, text) for column in _FIELDS for form in (padded.format(column), f"d.more_{column}")])


def _holds(expression: str, text: str) -> Clause:
    return Clause(f"strpos({expression}, ?) > 0", (text,))


def _any(clauses: Iterable[Clause]) -> Clause:
    some = list(clauses)
    return Clause(" OR ".join(each.sql for each in some), tuple(value for each in some for value in each.parameters))
