"""P19: what stands beside the page: completions, facets, near matches, and duplicates by likeness."""

from contextlib import closing
from statistics import median, quantiles

import karaoke_persist
from benchmarks import search_songs
from benchmarks.harness import Result, Verdict
from benchmarks.marks.p15_search import _fill, _target, _time, settle

SUNG = 20_000
FACETS = ("language", "genre", "decade", "artist")
# that of completions is for SQLite
LIMITS_MS = {"completions": 1, "facets": 20, "near matches": 50}


def run(context):
    with closing(karaoke_persist.open(_target(context).url, on_error="raise")) as library:
        if context.backend == "memory":
            _fill(library, context.songs)
        else:
            _sing(library)
        queries = search_songs.queries(context.songs)
        typed = [prefix for query in queries for prefix in search_songs.prefixes(query)]
        settle()
        yield _measured(context, "completions", [_completion(library, text) for text in typed])
        narrow = [text for text in dict.fromkeys(typed) if _hits(library, text) <= 10_000]
        yield _measured(context, "facets", [_faceted(library, text) for text in narrow[::5]])
        slips = [text for query in queries if (text := _slipped(query)) is not None]
        yield _measured(context, "near matches", [_near(library, text) for text in slips])
        if context.songs <= 100_000:
            yield _duplicates(context, library)


def _sing(library):
    """Let a share of the songs have been sung, some often, as in a venue's second year; once."""
    from karaoke_persist import Song

    if library.songs.search(sort_by="plays", limit=1).items[0].song.play_count:
        return
    session = library.store.session()
    keys = [key for (key,) in session.rows(karaoke_persist.contract.Query(Song, limit=SUNG), ("id",))]
    for number, key in enumerate(keys):
        session.patch(Song, key, {"play_count": 1 + SUNG // (1 + number)})
    session.commit()


def _completion(library, text):
    return lambda: library.songs.complete(text)


def _faceted(library, text):
    return lambda: library.songs.search(text, facets=FACETS)


def _near(library, text):
    return lambda: library.songs.search(text, near=True)


def _hits(library, text):
    return library.songs.search(text, total="exact", limit=1).total


def _slipped(query):
    """The query with two neighbours of its longest word swapped; None if it has no word of five letters."""
    word = max(query.split(), key=len)
    if len(word) < 5 or word[2] == word[3]:
        return None
    return query.replace(word, word[:2] + word[3] + word[2] + word[4:])


def _measured(context, what, calls):
    times = [_time(call) for call in calls]
    rows = {"p50": median(times), "p99": quantiles(times, n=100)[98], "most": max(times)}
    ratios = {name: value / rows["p50"] for name, value in rows.items()}
    result = Result("P19", f"{what}, {len(times)} queries", context.backend, context.songs, rows, ratios)
    if context.backend == "sqlite" or what != "completions":
        result.verdicts.append(Verdict(f"{what}: p99", rows["p99"] * 1e3, LIMITS_MS[what], unit="ms"))
    return result


def _duplicates(context, library):
    def every_page():
        cursor = None
        while True:
            page = library.versions.find_duplicates("fuzzy", limit=1_000, cursor=cursor)
            cursor = page.cursor
            if cursor is None:
                return

    seconds = _time(every_page)
    title = "duplicates by likeness, every page"
    result = Result("P19", title, context.backend, context.songs, {title: seconds}, {title: 1.0})
    result.verdicts.append(Verdict(title, seconds, 10, unit="s"))
    return result
