"""Text from tags, made fit to be stored."""

import io
from types import SimpleNamespace

import mutagen
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.asf import ASFTags, ASFUnicodeAttribute
from mutagen.flac import FLAC
from mutagen.id3 import USLT
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4FreeForm, MP4Tags
from mutagen.oggvorbis import OggVorbis

from karaoke_persist import Song
from karaoke_persist.media.tags import fitting, read_tags


@given(st.text(alphabet=st.characters(), max_size=600))
def test_any_text_becomes_one_that_a_song_takes(text):
    """Whatever a tag holds, lone surrogates and NUL included, what is left of it is a valid title, or nothing."""
    title = fitting(text, indexed=True)

    assert title is None or title == Song(id="x", title=title, artist="x").title


@pytest.mark.parametrize("text", ["", " ", "\0", "\u200b"])
def test_text_that_shows_nothing_is_no_text(text):
    """An invisible title counts as none."""
    assert fitting(text, indexed=True) is None


def test_text_that_fits_stays_as_it_is():
    """Nothing is normalised: what a person typed is what is stored."""
    decomposed = "Jo\u0301ga"

    assert decomposed == fitting(decomposed, indexed=True)


@pytest.mark.parametrize(
    ("source", "kind"),
    [("Stephen Foster/Beautiful Dreamer.ogg", OggVorbis), ("Franz Schubert/Heidenröslein.flac", FLAC)],
)
def test_vorbis_comments_are_read(library, root, put, source, kind):
    """OGG and FLAC name their fields in words of their own."""
    file = kind(put(f"a{source[source.rindex('.') :]}", source))
    file["unsyncedlyrics"], file["musicbrainz_trackid"], file["date"] = "la la", "0c3a", "0000"
    file.pop("lyrics", None)
    file.save()

    library.media.sync(folder=root)

    (song,) = library.songs.get_songs()
    assert (song.plain_lyrics, song.mbid, song.year) == ("la la", "0c3a", None)


@pytest.mark.parametrize("tagged", [True, False])
def test_an_mp3_is_known_by_its_name_and_beginning(put, tagged):
    """It says what it says where every format is tried, for want of a name."""
    path = put("a.mp3")
    if not tagged:
        MP3(path).delete()

    with path.open("rb") as stream:
        said = read_tags(stream)

    assert said["duration_ms"] > 0
    assert ("title" in said) == tagged
    assert said == read_tags(io.BytesIO(path.read_bytes()))


def test_lyrics_of_an_mp3_are_found_whatever_they_are_called(put):
    """There may be several, each with a description and a language; the first is taken."""
    path = put("a.mp3")
    file = MP3(path)
    file.tags.delall("USLT")
    file.tags.add(USLT(encoding=3, lang="eng", desc="as sung", text="la la"))
    file.tags.add(USLT(encoding=3, lang="deu", desc="translated", text="tra la"))
    file.save()

    with path.open("rb") as stream:
        assert read_tags(stream)["plain_lyrics"] == "la la"


@pytest.fixture
def file_with(monkeypatch, put):
    """A file in which the tag library finds these tags."""

    def make(tags, seconds=1.5):
        file = SimpleNamespace(tags=tags, info=SimpleNamespace(length=seconds))
        monkeypatch.setattr(mutagen, "File", lambda *_, **__: file)
        return io.BytesIO(put("a.mp3").read_bytes())

    return make


def test_mp4_atoms_are_read(file_with):
    """Four letters for the usual fields, long names for the others."""
    tags = MP4Tags()
    tags["©nam"], tags["aART"], tags["©day"] = ["Jóga"], ["Björk"], ["1997-09"]
    tags["----:com.apple.iTunes:MusicBrainz Track Id"] = [MP4FreeForm(b"0c3a")]

    assert read_tags(file_with(tags)) == {
        "title": "Jóga",
        "artist": "Björk",
        "year": 1997,
        "release_date": "1997-09",
        "mbid": "0c3a",
        "duration_ms": 1500,
    }


def test_a_name_that_stands_twice_is_said_once(file_with):
    """Several artists are joined, the same one twice is one."""
    tags = ASFTags()
    tags["Author"] = [ASFUnicodeAttribute(name) for name in ("Björk", "Mark Bell", "Björk")]

    assert read_tags(file_with(tags))["artist"] == "Björk, Mark Bell"


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e300])
def test_a_length_that_cannot_be_is_none(file_with, seconds):
    """Damaged headers claim anything."""
    assert read_tags(file_with(None, seconds)) == {}
