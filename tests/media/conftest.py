"""Library folders made of the songs that ship with the package."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from mutagen.id3 import ID3

import karaoke_persist

ALOUETTE = "Traditionnel/Alouette.mp3"


@pytest.fixture(scope="session")
def demo():
    """The shipped demo library."""
    with as_file(files("karaoke_persist.cli") / "demo_library") as folder:
        yield folder


@pytest.fixture
def root(tmp_path):
    """An empty library folder."""
    folder = tmp_path / "songs"
    folder.mkdir()
    return folder


@pytest.fixture(
    params=[pytest.param(name, marks=pytest.mark.backend(name)) for name in ("memory", "sqlite")],
)
def library(request, tmp_path):
    """An empty library that raises, on each embedded backend."""
    url = "memory://" if request.param == "memory" else tmp_path / "karaoke.db"
    with karaoke_persist.open(url, on_error="raise") as opened:
        yield opened


@pytest.fixture
def known(library, root):
    """The library, which knows the root."""
    url = library.url if library.url.startswith("sqlite") else "memory://"
    with karaoke_persist.open(url, on_error="raise", roots={"main": root}) as opened:
        yield opened


@pytest.fixture
def put(demo, root):
    """Puts a copy of a demo song at a path below the root."""

    def copy(path: str, source: str = ALOUETTE) -> Path:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(demo / source, target)
        return target

    return copy


@pytest.fixture
def put_tagged(put):
    """Puts an MP3 whose tags are exactly the given ID3 frames; without any it has no tags."""

    def write(path: str, *frames) -> Path:
        target = put(path)
        ID3(target).delete(target)
        if frames:
            tags = ID3()
            for frame in frames:
                tags.add(frame)
            tags.save(target)
        return target

    return write


@pytest.fixture
def songs_by_path(library):
    """The songs of the library by the path of their original."""
    return lambda: {song.media.get("original"): song for song in library.songs.get_songs()}
