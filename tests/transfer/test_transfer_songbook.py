"""The songbook: its order, and what people cannot smuggle into it."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

import karaoke_persist
from karaoke_persist import InvalidValue, transfer
from karaoke_persist.testing.lived_in import many_songs
from karaoke_persist.testing.samples import UNUSUAL_TEXT, song
from karaoke_persist.transfer.songbooks.articles import filed_artist, filed_title


class Page(HTMLParser):
    """The tags of a page, and its headings and items as text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.lines: list[str] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note the tag."""
        self.tags.add(tag)
        self._open.append(tag)
        if tag in ("h2", "h3", "li"):
            self.lines.append("")

    def handle_endtag(self, tag):
        """Note its end."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        """Note the text."""
        if {"h2", "h3", "li"} & set(self._open):
            self.lines[-1] += data


@pytest.fixture
def book(songs):
    """Songs whose articles must not count, and one that is hidden."""
    songs.songs.upsert_songs(
        [
            song("1", "The Wall", "Die Ärzte", language="en"),
            song("2", "Die Another Day", "Madonna", language="en"),
            song("3", "Die Moritat", "bertolt brecht", language="deu"),
            song("4", "99 Luftballons", "Nena"),
            song("5", "A Day", "The Beatles"),
            song("6", "L’Amour", "La Oreja", language="fr-FR"),
            song("7", "Secret", "Nobody", hidden=True),
            song("8", "Été", "NENA"),
        ]
    )
    return songs


def test_artists_and_titles_are_filed_without_articles(book):
    """By artist and by title, articles of the right language aside; one artist is one heading, however spelled."""
    page = Page(transfer.songbook(book, "html"))
    artists, titles = page.lines[: page.lines.index("By title")], page.lines[page.lines.index("By title") + 1 :]
    names = ("Die Ärzte", "The Beatles", "bertolt brecht", "Madonna", "Nena", "La Oreja")
    assert [line for line in artists if line in names] == list(names)
    assert titles == [
        *("#", "99 Luftballons Nena"),
        *("A", "L’Amour La Oreja"),
        *("D", "A Day The Beatles", "Die Another Day Madonna"),
        *("E", "Été NENA"),
        *("M", "Die Moritat bertolt brecht"),
        *("W", "The Wall Die Ärzte"),
    ]


def test_artists_who_differ_by_an_article_have_a_heading_each(songs):
    """They stand side by side, and the songs of one are not torn apart by those of the other."""
    songs.songs.upsert_songs(
        [song("1", "A", "Eagles"), song("2", "B", "The Eagles"), song("3", "C", "EAGLES"), song("4", "D", "The Eagles")]
    )

    page = Page(transfer.songbook(songs, "html"))

    artists = page.lines[1 : page.lines.index("By title")]
    assert artists == ["Eagles", "A", "C", "The Eagles", "B", "D"]


def test_a_songbook_of_many_songs(songs):
    """Each is in it once, however many there are, and the progress ends with the last."""
    many_songs(songs, 2_500)
    told: list[tuple[int, int]] = []

    book = json.loads(transfer.songbook(songs, "json", progress=lambda done, total: told.append((done, total))))

    assert len({each["id"] for each in book["songs"]}) == len(book["songs"]) == 2_500
    assert told == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]


@pytest.mark.parametrize(
    ("name", "filed"),
    [("The The", "The"), ("The", "The"), ("A-ha", "A-ha"), ("Thelma", "Thelma"), ("L'Arc", "Arc"), ("Los", "Los")],
)
def test_an_article_is_a_word_with_something_behind_it(name: str, filed: str):
    """A name is not lost by it."""
    assert filed_artist(name) == filed


@pytest.mark.parametrize(
    ("title", "language", "filed"),
    [
        ("La La Land", None, "La La Land"),
        ("La Mer", "fr", "Mer"),
        ("Das Boot", "ger", "Boot"),
        ("An den Mond", "de", "An den Mond"),
        ("The Sign", "ja", "The Sign"),
    ],
)
def test_titles_are_filed_by_their_language(title: str, language: str | None, filed: str):
    """An English title that begins like a German article stays where it is."""
    assert filed_title(title, language) == filed


def test_nothing_from_outside_is_markup(songs):
    """Whatever a title says, the page has the tags of a page and no others."""
    hostile = ["<script>alert(1)</script>", "&lt;b&gt;", '"><img src=x onerror=alert(1)>', "</style><svg>", "<!--"]
    hostile += UNUSUAL_TEXT.values()
    songs.songs.upsert_songs(song(f"{number}", title, title) for number, title in enumerate(hostile))
    text = transfer.songbook(songs, "html", "<b>Book</b>")
    page = Page(text)
    assert page.tags <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "nav", "a", "section"} | {
        *("div", "ul", "li", "span")
    }
    assert set(hostile) <= set(page.lines)


def test_a_spreadsheet_runs_nothing(songs):
    """A cell that looks like a formula is text."""
    songs.songs.create_song("=1+1", "@sum", song_id="a")
    (_, row) = csv.reader(io.StringIO(transfer.songbook(songs, "csv")))
    assert row[:2] == ["'@sum", "'=1+1"]


def test_tables_for_programs(book):
    """CSV and JSON have the same songs in the same order, and no hidden one."""
    rows = list(csv.DictReader(io.StringIO(transfer.songbook(book, "csv"))))
    told = json.loads(transfer.songbook(book, "json", "Ours"))
    assert told["title"] == "Ours"
    assert [row["id"] for row in rows] == [each["id"] for each in told["songs"]] == ["1", "5", "3", "2", "4", "8", "6"]


def test_an_unknown_format(songs):
    """It is told which there are."""
    with pytest.raises(InvalidValue, match="csv, json, html"):
        transfer.songbook(songs, "pdf")


def test_an_empty_library(tmp_path: Path):
    """Has an empty book."""
    with karaoke_persist.open("memory://") as library:
        assert "0 songs" in transfer.songbook(library, "html")
