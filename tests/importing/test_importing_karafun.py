"""KaraFun's catalogue, and what a later one changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from importing_reports import reasons

from karaoke_persist import InvalidValue, Library

HEADER = 'Id;Title;Artist;Year;Duo;Explicit;"Date Added";Styles;Languages'
CREEP = "12543;Creep;Radiohead;1992;0;1;2008-03-07;Rock,Alternative;English"
SHALLOW = '56442;Shallow;"A Star is Born (2018 film)";2018;1;0;2018-10-15;Soundtrack,Pop,Duet;English'
PARTIO = '70001;"Corazón; ""partío""";"Alejandro Sanz";0;0;0;2010-01-01;Pop;Spanish,English'
Catalogue = Callable[..., Path]


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Give a function that writes a catalogue."""

    def writing(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
        path = tmp_path / "karafun.csv"
        path.write_bytes("\r\n".join([header, *lines]).encode(encoding))
        return path

    return writing


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_catalogue(library: Library, catalogue: Catalogue, encoding: str) -> None:
    """Each line becomes a song, with what its columns say."""
    library.transfer.import_file("karafun", catalogue(CREEP, SHALLOW, PARTIO, encoding=encoding))
    creep = library.songs.get_song("karafun-12543")
    assert creep is not None
    assert (creep.title, creep.artist, creep.year, creep.itunes_explicit) == ("Creep", "Radiohead", 1992, True)
    assert (creep.genre, creep.language, creep.tags) == ("Rock, Alternative", "English", ("Rock", "Alternative"))
    assert (creep.date_added, creep.source) == (datetime(2008, 3, 7, tzinfo=UTC), "karafun")
    shallow, partio = library.songs.get_song("karafun-56442"), library.songs.get_song("karafun-70001")
    assert shallow is not None
    assert partio is not None
    assert shallow.tags == ("Soundtrack", "Pop", "Duet", "duet")
    assert (partio.title, partio.year, partio.language) == ('Corazón; "partío"', None, "Spanish, English")


def test_a_later_catalogue(library: Library, catalogue: Catalogue) -> None:
    """It adds what is new, updates what changed there and was not touched here, and only names what is gone."""
    library.transfer.import_file("karafun", catalogue(CREEP, SHALLOW))
    library.songs.patch_song("karafun-12543", {"favorite": True, "genre": "Mine"})
    later = catalogue(CREEP.replace("Creep", "Creep (live)").replace("Rock", "Grunge"), PARTIO)

    planned = library.transfer.import_file("karafun", later, dry_run=True)
    before = library.songs.get_songs()
    done = library.transfer.import_file("karafun", later)

    assert before != library.songs.get_songs()
    assert (planned.tables, planned.notes) == (done.tables, done.notes)
    creep = library.songs.get_song("karafun-12543")
    assert creep is not None
    assert (creep.title, creep.genre, creep.favorite) == ("Creep (live)", "Mine", True)
    assert creep.tags == ("Grunge", "Alternative")
    assert library.songs.get_song("karafun-56442") is not None
    assert reasons(done, "gone") == [("catalogue", "56442", "it is listed no more; 'karafun-56442' stays")]
    (table,) = done.tables
    assert (table.read, table.written, table.updated, table.gone) == (2, 1, 1, 1)
    assert [(note.kind, note.field) for note in done.notes if note.row == "12543"] == [
        ("kept", "genre"),
        ("updated", "tags"),
        ("updated", "title"),
    ]


def test_an_earlier_catalogue_again(library: Library, catalogue: Catalogue) -> None:
    """The same catalogue again changes nothing."""
    path = catalogue(CREEP, SHALLOW)
    library.transfer.import_file("karafun", path)
    before = library.songs.get_songs()
    assert library.transfer.import_file("karafun", path).total("unchanged") == 2
    assert library.songs.get_songs() == before


def test_broken_lines(library: Library, catalogue: Catalogue) -> None:
    """A line that cannot be a song is quarantined, and hides no other."""
    broken = ["1;Too;Few", CREEP + ";more", "abc;Title;x;;;;;;", "7;;x;;;;;;", ";No id;x;;;;;;", CREEP]
    outcome = library.transfer.import_file("karafun", catalogue(*broken, CREEP, SHALLOW))
    assert [song.title for song in library.songs.get_songs()] == ["Shallow", "Creep"]
    assert sorted(row for _, row, _ in reasons(outcome, "quarantined")) == ["1", "12543", "12543", "7", "abc", "line 6"]
    assert outcome.quarantine is not None
    assert len(outcome.quarantine.read_text().splitlines()) == 6


@pytest.mark.parametrize(
    ("lines", "header", "encoding", "words"),
    [
        ([], "Title,Artist", "utf-8", "lacks Id, Title"),
        ([PARTIO], HEADER, "latin-1", "not UTF-8"),
        (['1;"' + "x" * 200_000], HEADER, "utf-8", "cannot be read as CSV"),
    ],
)
def test_no_catalogue(
    library: Library, catalogue: Catalogue, lines: list[str], header: str, encoding: str, words: str
) -> None:
    """What is no catalogue, or not UTF-8, is `InvalidValue`, and nothing is imported."""
    with pytest.raises(InvalidValue, match=words):
        library.transfer.import_file("karafun", catalogue(*lines, header=header, encoding=encoding))
    assert library.songs.count_songs() == 0
