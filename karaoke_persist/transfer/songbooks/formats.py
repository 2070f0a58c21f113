"""The forms of a songbook. Text from outside is only ever put where the form's own writer escapes it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from xml.etree import ElementTree as ET

from pydantic.alias_generators import to_camel

from karaoke_persist.playlist_formats.csv_format import harmless
from karaoke_persist.transfer.songbooks.songbook import FIELDS, Line, Section, Songbook

_STYLE: Final = """
body { font: 11pt/1.3 system-ui, sans-serif; margin: 2em; color: #000; background: #fff; }
h1 { font-size: 20pt; } h2 { font-size: 15pt; } h3 { font-size: 11pt; margin: .8em 0 .2em; break-after: avoid; }
.columns { columns: 18em; column-gap: 2em; } section section { break-inside: avoid-column; }
ul { list-style: none; margin: 0; padding: 0; } li { padding-left: 1em; text-indent: -1em; } .by { color: #555; }
@media print { body { font-size: 9pt; margin: 0; } nav { display: none; } .part { break-before: page; } }
"""


def as_csv(book: Songbook, _: str) -> str:
    """A line of names, then the songs by artist, as a spreadsheet opens them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(FIELDS)
    writer.writerows([harmless(cell) for cell in line] for line in book.by_artist())
    return out.getvalue()


def as_json(book: Songbook, title: str) -> str:
    """The same as JSON."""
    songs = [{to_camel(name): cell for name, cell in line._asdict().items()} for line in book.by_artist()]
    return json.dumps({"title": title, "songs": songs}, ensure_ascii=False, indent=1) + "\n"


def as_html(book: Songbook, title: str) -> str:
    """A page without anything from elsewhere, to read on a telephone or to print."""
    page = ET.Element("html")
    head, body = ET.SubElement(page, "head"), ET.SubElement(page, "body")
    ET.SubElement(head, "meta", charset="utf-8")
    ET.SubElement(head, "meta", name="viewport", content="width=device-width")
    _text(head, "title", title)
    _text(head, "style", _STYLE)
    _text(body, "h1", title)
    _contents(body, len(book))
    _part(body, "artists", "By artist", book.artists(), _title_alone)
    _part(body, "titles", "By title", book.letters(), _title_and_artist)
    return "<!DOCTYPE html>\n" + ET.tostring(page, encoding="unicode", method="html") + "\n"


WRITERS: Final[Mapping[str, Callable[[Songbook, str], str]]] = {"csv": as_csv, "json": as_json, "html": as_html}
"""By the name of the format."""


def _contents(body: ET.Element, songs: int) -> None:
    nav = ET.SubElement(body, "nav")
    nav.text = f"{songs:,} songs: "
    for anchor, label in (("artists", "by artist"), ("titles", "by title")):
        link = _text(nav, "a", label)
        link.set("href", f"#{anchor}")
        link.tail = " "


def _part(
    body: ET.Element,
    anchor: str,
    heading: str,
    sections: Iterable[Section],
    fill: Callable[[ET.Element, Line], None],
) -> None:
    part = ET.SubElement(body, "section", {"id": anchor, "class": "part"})
    _text(part, "h2", heading)
    columns = ET.SubElement(part, "div", {"class": "columns"})
    for section in sections:
        group = ET.SubElement(columns, "section")
        _text(group, "h3", section.heading)
        items = ET.SubElement(group, "ul")
        for line in section.lines:
            fill(ET.SubElement(items, "li"), line)


def _title_alone(item: ET.Element, line: Line) -> None:
    item.text = line.title


def _title_and_artist(item: ET.Element, line: Line) -> None:
    item.text = f"{line.title} "
    _text(item, "span", line.artist).set("class", "by")


def _text(parent: ET.Element, tag: str, text: str) -> ET.Element:
    made = ET.SubElement(parent, tag)
    made.text = text
    return made
