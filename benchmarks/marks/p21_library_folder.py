"""P21: a folder of tagged files, brought in for the first time, and looked at again when nothing has changed."""

import os
import shutil
from contextlib import closing
from importlib.resources import as_file, files
from pathlib import Path

import mutagen

import karaoke_persist
from benchmarks.harness import AGAIN, Action, Verdict, in_turns, result_of
from benchmarks.targets import FOLDER

TAGS, WALK = "reading the tags alone", "walking and stat-ing the tree"
FIRST, AGAIN_SAME = "first sync", "sync of an unchanged tree"
FIRST_LIMIT, UNCHANGED_LIMIT = 1.3, 1.5
A_FOLDER = 20


def run(context):
    root, store = _library_folder(context.songs), FOLDER / "synced.db"
    actions = {
        TAGS: Action(lambda: _read_tags(root), lambda: None, context.songs),
        TAGS + AGAIN: Action(lambda: _read_tags(root), lambda: None, context.songs),
        FIRST: Action(lambda: _sync(root, store), lambda: _remove(store), context.songs),
    }
    yield _judged(context, in_turns(actions, context.effort.shorter(7)), FIRST, FIRST_LIMIT)
    with closing(karaoke_persist.open(store, on_error="raise", roots={"main": root})) as library:
        assert library.media.sync().unchanged == context.songs
        actions = {
            WALK: Action(lambda: _walk(root), units=context.songs),
            WALK + AGAIN: Action(lambda: _walk(root), units=context.songs),
            AGAIN_SAME: Action(library.media.sync, units=context.songs),
        }
        yield _judged(context, in_turns(actions, context.effort), AGAIN_SAME, UNCHANGED_LIMIT)
    _remove(store)


def _judged(context, samples, name, limit):
    result = result_of(samples, "P21", f"{name}, for each file", context.backend, context.songs)
    result.verdicts.append(Verdict(f"{name} against {next(iter(samples))}", result.ratios[name], limit))
    return result


def _library_folder(songs):
    """So many MP3 files with tags, twenty in a folder, made once and kept."""
    root = FOLDER / f"tagged_{songs}"
    if root.exists():
        return root
    with as_file(files("karaoke_persist.cli") / "demo_library") as demo:
        sources = [path.read_bytes() for path in sorted(demo.glob("*/*.mp3")) if path.parent.name != "frere-jacques"]
    unfinished = root.with_suffix(".making")
    shutil.rmtree(unfinished, ignore_errors=True)
    for number in range(songs):
        folder = unfinished / f"Artist {number // A_FOLDER}"
        folder.mkdir(parents=True, exist_ok=True)
        content = sources[number % len(sources)] + number.to_bytes(4, "big")  # no two files are the same
        (folder / f"Song {number}.mp3").write_bytes(content)
    unfinished.rename(root)
    return root


def _read_tags(root):
    for folder, _, names in os.walk(root):
        for name in names:
            with open(os.path.join(folder, name), "rb") as stream:  # noqa: PTH118, PTH123 - the quickest way
                mutagen.File(stream)


def _walk(root):
    for folder, _, names in os.walk(root):
        for name in names:
            os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118


def _sync(root, store):
    with closing(karaoke_persist.open(store, on_error="raise", roots={"main": root})) as library:
        library.media.sync()


def _remove(store):
    for suffix in ("", "-wal", "-shm"):
        Path(f"{store}{suffix}").unlink(missing_ok=True)
