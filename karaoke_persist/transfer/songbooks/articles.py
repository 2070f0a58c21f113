"""Articles at the front of names, which do not count where things are filed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

ARTICLES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("the", "a", "an"),
    "de": ("der", "die", "das", "ein", "eine"),
    "fr": ("le", "la", "les", "l'", "un", "une"),
    "es": ("el", "la", "los", "las", "un", "una"),
    "it": ("il", "lo", "la", "i", "gli", "le", "l'", "un", "uno", "una"),
    "pt": ("o", "a", "os", "as", "um", "uma"),
    "nl": ("de", "het", "een"),
    "sv": ("en", "ett"),
    "da": ("en", "et"),
}
"""By language. A title is filed by the articles of the song's own, or else by the English ones."""

_CODES: Final[Mapping[str, str]] = {
    "eng": "en",
    "deu": "de",
    "ger": "de",
    "fra": "fr",
    "fre": "fr",
    "spa": "es",
    "ita": "it",
    "por": "pt",
    "nld": "nl",
    "dut": "nl",
    "swe": "sv",
    "dan": "da",
}
"""The longer codes of the same languages."""
BAND_ARTICLES: Final = ("the", "a", "an", "der", "die", "das", "le", "la", "les", "l'", "el", "los", "las", "il", "gli")
"""Those of names of artists, whose language is not known."""


def filed_title(title: str, language: str | None) -> str:
    """The title without an article of its language at the front."""
    code = re.split("[-_]", language.lower())[0] if language else "en"
    return _without(title, ARTICLES.get(_CODES.get(code, code), ()))


def filed_artist(artist: str) -> str:
    """The name without an article at the front."""
    return _without(artist, BAND_ARTICLES)


def _without(text: str, articles: Iterable[str]) -> str:
    """The rest of a text, if there is one behind an article."""
    folded = text.replace("’", "'").casefold()
    for article in articles:
        front = article if article.endswith("'") else f"{article} "
        if folded.startswith(front) and (rest := text[len(front) :].strip()):
            return rest
    return text
