"""The pieces of a copy: order, lines, names."""

from __future__ import annotations

import json
from typing import ClassVar

import pytest

from karaoke_persist import Unsupported
from karaoke_persist.models import MODELS, Integrity, Record, Reference, Song, Transfer
from karaoke_persist.models.fields import Id
from karaoke_persist.testing.probes import KIT_MODELS, Folder, Sample
from karaoke_persist.testing.samples import ANY_JSON, EVERY_FIELD, song
from karaoke_persist.transfer.backups.backing_up import stem_of
from karaoke_persist.transfer.copying.canonical import checked_row, line_of, trusted_row
from karaoke_persist.transfer.copying.order import in_order, self_references


class Hen(Record):
    """A model that names eggs."""

    integrity: ClassVar[Integrity] = Integrity(collection="hens", references=(Reference("egg", "eggs"),))

    id: Id
    egg: Id | None = None


class Egg(Record):
    """A model that names hens."""

    integrity: ClassVar[Integrity] = Integrity(collection="eggs", references=(Reference("hen", "hens"),))

    id: Id
    hen: Id | None = None


def test_what_is_named_comes_first():
    """Every model comes once, after those that it names, and the mark of the store itself not at all."""
    ordered = in_order(reversed(KIT_MODELS))
    assert set(ordered) == set(KIT_MODELS) - {Transfer}
    places = {model.integrity.collection: place for place, model in enumerate(ordered)}
    for model in ordered:
        for reference in model.integrity.references:
            own = model.integrity.collection
            assert places[reference.to] < places[own] or reference.to == own
    assert [model for model in MODELS if self_references(model)] == []
    assert self_references(Folder) == ("parent",)


def test_a_circle_is_refused():
    """Models that name each other cannot be copied one after the other."""
    with pytest.raises(Unsupported, match=r"circle \(Hen, Egg\)"):
        in_order([Hen, Egg])


def test_a_line_is_the_row():
    """Every field, of every kind, comes back by way of its line as it was; both ways of reading agree."""
    rows: list[Record] = [song(**EVERY_FIELD, revision=3), song(revision=1)]
    rows += [Sample(id=name, anything=value, notes={"n": value}, revision=1) for name, value in ANY_JSON.items()]
    for row in rows:
        plain = json.loads(line_of(row))
        for back in (checked_row(type(row), plain), trusted_row(type(row), plain)):
            assert line_of(back) == line_of(row)
            assert repr(back) == repr(row)
            assert back == row


def test_equal_rows_have_equal_lines_and_others_not():
    """The order of names in an object says nothing; 1, 1.0 and true are three values."""
    assert line_of(song(extra={"b": 1, "a": {"d": 1, "c": 2}})) == line_of(song(extra={"a": {"c": 2, "d": 1}, "b": 1}))
    lines = [line_of(Sample(id="a", anything=value)) for value in (1, 1.0, True, "1", [1], 0.0, -0.0)]
    assert len(set(lines)) == len(lines)
    assert line_of(Song(id="a", title="x", artist="y", revision=2)).startswith(b'{"aliases":[],"artist":"y"')


@pytest.mark.parametrize(
    ("url", "stem"),
    [
        ("sqlite:////srv/party/karaoke.db", "karaoke"),
        ("sqlite:///my songs.sqlite3", "my_songs"),
        ("postgresql://ana:***@host:5432/venue?sslmode=require", "venue"),
        ("memory://", "memory"),
        ("memory://party", "party"),
        ("foo://..", "foo"),
    ],
)
def test_backups_are_called_like_their_store(url: str, stem: str):
    """So that several may share a folder."""
    assert stem_of(url) == stem
