# ruff: noqa: D102 - the contract says what the methods do
"""Memory sessions that each search wrongly, as an index that is not quite right does."""

from __future__ import annotations

import dataclasses
from dataclasses import fields, replace
from typing import Any, ClassVar

from faulty import Delegate

from karaoke_persist.contract import Eq, Query, reference
from karaoke_persist.contract.reference.facets import facet_counts
from karaoke_persist.contract.search import NORMALISER, Normaliser, SearchQuery, Term
from karaoke_persist.models import Song


class SearchesTitlesAlone(Delegate):
    """Songs are found by their titles only."""

    found_by = ("R-01", "R-20")

    def search(self, request: Any) -> Any:
        terms = tuple(replace(term, field=term.field or "title") for term in request.query.terms)
        return self.healthy.search(replace(request, query=replace(request.query, terms=terms)))


class TellsTheTotalOfThePage(Delegate):
    """The total of a search is the number of songs on the page."""

    found_by = ("R-23", "R-59")

    def search(self, request: Any) -> Any:
        result = self.healthy.search(request)
        return dataclasses.replace(result, total=None if result.total is None else len(result.songs))


class TakesPercentForAnything(Delegate):
    """A percent sign in a query stands for any text."""

    found_by = ("R-09",)

    def search(self, request: Any) -> Any:
        terms = [replace(term, text=text) for term in request.query.terms for text in term.text.split("%") if text]
        return self.healthy.search(replace(request, query=replace(request.query, terms=tuple(terms))))


class SearchesBySpelling(Delegate):
    """A search distinguishes capitals and accents."""

    found_by = ("R-05",)

    def search(self, request: Any) -> Any:
        result = self.healthy.search(request)
        wanted = [term.text for term in request.query.terms]
        songs = [song for song in result.songs if all(text in f"{song.title} {song.artist}" for text in wanted)]
        return dataclasses.replace(result, songs=tuple(songs))


class Lossy(Normaliser):
    """A normaliser that makes no expanded form of what is stored."""

    def forms(self, text: str) -> tuple[str, ...]:
        return tuple(form for form in (self.primary(text), self.squeezed(text)) if form)


LOSSY = Lossy(**{field.name: getattr(NORMALISER, field.name) for field in fields(NORMALISER)})


class DropsTheExpandedForm(Delegate):
    """The index holds no text in which marked letters are spelled out."""

    found_by = ("R-28",)

    def search(self, request: Any) -> Any:
        return reference.search(self.healthy, request, LOSSY)


class Rewritten(Delegate):
    """A search over songs that are not quite those which are stored."""

    def search(self, request: Any) -> Any:
        return reference.search(_Rows(self.healthy, self.rewrite), request)

    def rewrite(self, row: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


class _Rows:
    def __init__(self, healthy: Any, rewrite: Any) -> None:
        self._healthy, self._rewrite = healthy, rewrite

    def __getattr__(self, name: str) -> Any:
        return getattr(self._healthy, name)

    def rows(self, query: Any, names: Any) -> list[tuple[Any, ...]]:
        rows = [dict(zip(names, row, strict=True)) for row in self._healthy.rows(query, names)]
        return [tuple(self._rewrite(row)[name] for name in names) for row in rows]


class LetsTermsCrossForms(Rewritten):
    """The names of a song stand in the index as one text."""

    found_by = ("R-38",)

    def rewrite(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "title": row["title"] + "".join(row["aliases"])}


class ForgetsArtistAliases(Rewritten):
    """The other names of an artist are not in the index."""

    found_by = ("R-01", "R-31")

    def rewrite(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "artist_aliases": ()}


class KeepsTheOldTextOfAPatch(Rewritten):
    """A patch of the title does not reach the index."""

    found_by = ("R-24", "R-36")

    def patch(self, model: Any, key: str, changes: Any, *, expect: int | None = None) -> Any:
        for row in self.healthy.find(Query(model, Eq(model.integrity.key, key))) if model is Song else ():
            self._old.setdefault(key, {"title": row.title, "title_readings": row.title_readings})
        return self.healthy.patch(model, key, changes, expect=expect)

    def rewrite(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, **self._old.get(row["id"], {})}

    @property
    def _old(self) -> dict[str, Any]:
        old: dict[str, Any] = vars(self.store.healthy._database).setdefault("old", {})
        return old


class IgnoresExclusion(Delegate):
    """What must not be there may be there."""

    found_by = ("R-41", "R-42", "R-43", "R-49")

    def search(self, request: Any) -> Any:
        terms = tuple(term for term in request.query.terms if not term.excluded)
        return self.healthy.search(replace(request, query=replace(request.query, terms=terms)))


class FindsPhrasesAnywhere(Delegate):
    """The words of a phrase may stand apart."""

    found_by = ("R-40", "R-38")

    def search(self, request: Any) -> Any:
        terms = tuple(replace(term, phrase=False) for term in request.query.terms)
        return self.healthy.search(replace(request, query=replace(request.query, terms=terms)))


class KeepsTheIndexOfASavepoint(Delegate):
    """Undoing a savepoint undoes the songs, and not what is found."""

    found_by = ("R-83",)
    undone: ClassVar[Any] = None

    def savepoint(self) -> Any:
        savepoint = self.healthy.savepoint()
        rollback = savepoint.rollback

        def forgetful() -> None:
            self.undone = self.healthy._tables
            rollback()

        savepoint.rollback = forgetful
        return savepoint

    def search(self, request: Any) -> Any:
        if self.undone is None:
            return self.healthy.search(request)
        tables, self.healthy._tables = self.healthy._tables, self.undone
        try:
            return self.healthy.search(request)
        finally:
            self.healthy._tables = tables


class SkipsASongAfterACursor(Delegate):
    """A page leaves out the song that follows the place of its cursor."""

    found_by = ("R-55", "R-57", "R-58", "R-62", "R-63", "R-84")

    def search(self, request: Any) -> Any:
        return self.healthy.search(request if request.after is None else replace(request, offset=request.offset + 1))


class CountsFacetsWithTheirFilter(Delegate):
    """A facet counts what its own filter leaves."""

    found_by = ("R-66",)

    def search(self, request: Any) -> Any:
        result = self.healthy.search(request)
        wide = replace(request, limit=10_000, offset=0, after=None, facets=(), near=False)
        hits = self.healthy.search(wide).songs
        counts = {name: facet_counts(name, (_value(name, hit) for hit in hits)) for name in request.facets}
        return dataclasses.replace(result, facets=counts)


class ShowsHiddenSongs(Delegate):
    """A search shows guests what is hidden from them."""

    found_by = ("R-26", "R-57", "R-59", "R-89")

    def search(self, request: Any) -> Any:
        return self.healthy.search(replace(request, hidden=True))


class TellsGuestsOfHiddenNames(Delegate):
    """A beginning is completed to what is hidden from guests."""

    found_by = ("R-76", "R-89")

    def complete(self, request: Any) -> Any:
        return self.healthy.complete(replace(request, hidden=True))


class CountsFalseHits(Delegate):
    """The total counts the songs that have all pieces of a term, wherever they are."""

    found_by = ("R-80",)

    def search(self, request: Any) -> Any:
        result = self.healthy.search(request)
        if result.total is None:
            return result
        terms = [Term(text) for term in request.query.terms for text in _pieces(term.text)]
        loose = self.healthy.search(replace(request, query=SearchQuery(tuple(terms[:16]))))
        return dataclasses.replace(result, total=loose.total)


class CapsEveryTotal(Delegate):
    """Counting ends at 1,000, also where an exact number is asked for."""

    found_by = ("R-60",)

    def search(self, request: Any) -> Any:
        return self.healthy.search(replace(request, total="none" if request.total == "none" else "capped"))


class SamplesTheWholeArtist(Delegate):
    """An artist is shown with the first songs, whether they match or not."""

    found_by = ("R-70",)

    def search_artists(self, request: Any) -> Any:
        everything = replace(request, query=SearchQuery(), limit=10_000, after=None)
        samples = {hits.artist: hits.samples for hits in self.healthy.search_artists(everything)}
        return [replace(hits, samples=samples[hits.artist]) for hits in self.healthy.search_artists(request)]


class CompletesByName(Delegate):
    """Completions come by name, however often something was sung."""

    found_by = ("R-76", "R-89")

    def complete(self, request: Any) -> Any:
        return sorted(self.healthy.complete(request), key=lambda each: (each.kind, each.text))


class TellsNearSongsOnEveryPage(Delegate):
    """Near songs are told on every page."""

    found_by = ("R-73",)

    def search(self, request: Any) -> Any:
        result = self.healthy.search(request)
        if not request.near:
            return result
        first = self.healthy.search(replace(request, offset=0, after=None))
        return dataclasses.replace(result, near=first.near, near_artists=first.near_artists)


def _value(name: str, song: Song) -> Any:
    if name == "decade":
        return None if song.year is None else song.year // 10 * 10
    return getattr(song, name)


def _pieces(text: str) -> set[str]:
    """The pieces of three characters that an index may hold of a text."""
    return {text[start : start + 3] for start in range(max(1, len(text) - 2))}
