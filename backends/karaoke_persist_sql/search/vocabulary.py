"""The words within a slip or two of a term.

A slip is local: an insertion, a deletion or a substitution touches one place of the term, a swap two neighbours. So
some stretch of the term is in the word as it was, and the vocabulary need only be asked for words with such a stretch,
each kind of which has an index:

- one slip, the term cut in two. If the slip does not touch the first part, the word begins with it. Otherwise, unless
  it is a swap over the cut, it does not touch the second part, and the word ends with that. The swap gives one word.
- two slips, in a term of eight characters or more. If none touches the first two, the word begins with them. Otherwise
  the other slip may touch what is behind the sixth, or not; if not, the word ends with that. If it does, the first five
  have a single slip, which is in the first two or swaps the second and third: the third and fourth character of the
  word are then those of the term, or both come from one place further on or back, or the third is the second of the
  term.

Nothing is lost by asking so; the distance itself is measured afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from karaoke_persist.contract.search import near
from karaoke_persist.contract.search.plan import Needle
from karaoke_persist_sql.search.clauses import all_of, in_range
from karaoke_persist_sql.search.hits import Hits
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.tables import ENDING, MIDDLE

Slips = dict[str, int]
"""Words, with how many slips away they are."""


def words_near(hits: Hits, needle: Needle) -> Slips:
    """The words of titles and artists that a needle may have meant, not counting itself."""
    if not near.may_slip(needle):
        return {}
    found = {word for own in needle.forms if near.allowed(own) for word in _candidates(hits, own)}
    return near.nearest(needle, list(found))


def _candidates(hits: Hits, term: str) -> list[str]:
    slips = near.allowed(term)
    lengths = range(len(term) - slips, len(term) + slips + 1)
    selects = [_select(hits, lengths, stretch) for stretch in stretches(term)]
    sql = " UNION ALL ".join(select.sql for select in selects)
    return [word for (word,) in hits.fetch(sql, [value for select in selects for value in select.parameters])]


def _select(hits: Hits, lengths: Sequence[int], stretch: Clause) -> Clause:
    marks = ", ".join("?" * len(lengths))
    sql = f"SELECT word FROM {hits.tables.name(hits.tables.words)} WHERE length IN ({marks}) AND {stretch.sql}"  # noqa: S608
    return Clause(sql, (*lengths, *stretch.parameters))


def stretches(term: str) -> Iterator[Clause]:
    """The tests of a word, one of which holds for every word that is near. An index serves each."""
    if near.allowed(term) == 1:
        cut = len(term) // 2
        yield in_range("word", term[:cut])
        yield _ends(term[cut:])
        yield Clause("word = ?", (f"{term[: cut - 1]}{term[cut]}{term[cut - 1]}{term[cut + 1 :]}",))
        return
    yield in_range("word", term[:2])
    yield _ends(term[6:])
    yield Clause(f"{MIDDLE} IN (?, ?, ?, ?)", (term[2:4], term[3:5], term[1:3], term[1] + term[3]))


def _ends(text: str) -> Clause:
    longer = Clause("substr(word, CAST(length - ? AS integer)) = ?", (len(text) - 1, text))
    return all_of((Clause(f"{ENDING} = ?", (text[-2:],)), longer))
