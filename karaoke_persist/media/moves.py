"""Which of the files that are gone are among those that are new: by what the system says, by contents, by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from posixpath import basename, splitext
from typing import Final, NamedTuple

from karaoke_persist.media.walk import FileState

_GENERIC: Final = frozenset({"original", "vocals", "instrumental", "thumbnail", "cover", "lyrics", "video", "metadata"})
"""Names that every folder of stems has: there the folder's name counts too."""


class KnownFile(NamedTuple):
    """A row of the store, as far as a sync needs it."""

    path: str
    size: int
    mtime_ns: int
    device: int
    inode: int
    fingerprint: str | None
    song_id: str | None
    kind: str | None
    problem: str | None
    is_missing: bool
    missed_scans: int

    @property
    def state(self) -> FileState:
        """What the last scan saw."""
        return FileState(self.size, self.mtime_ns, self.device, self.inode)

    @property
    def is_ignored(self) -> bool:
        """Whether its song was deleted while it stayed."""
        return self.song_id is None and self.kind is not None and self.problem is None


@dataclass(slots=True)
class Moves:
    """What was matched, by new path, and what could be matched in several ways."""

    found: dict[str, KnownFile] = field(default_factory=dict)
    by_name: set[str] = field(default_factory=set)
    """The new paths of which only the name and the size say so: their contents may have changed."""
    ambiguous: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    """Pairs: paths that are gone, and new ones of the same contents, or name and size, any of which may be any."""


def find_moves(
    gone: Iterable[KnownFile], new: Mapping[str, FileState], fingerprint: Callable[[str], str | None]
) -> Moves:
    """Match files, each rule among what the one before left over; only what is unique on both sides is a move."""
    moves = Moves()
    left, fresh = {file.path: file for file in gone}, dict(new)
    if not left:
        return moves
    sizes = {file.size for file in left.values() if file.fingerprint}
    prints: dict[str, tuple[int, str] | None] = {}
    for own, other in (
        (lambda file: file.state, lambda _, state: state),
        (
            lambda file: (file.size, file.fingerprint) if file.fingerprint else None,
            lambda path, state: _print_of(path, state, sizes, prints, fingerprint),
        ),
        (lambda file: _name_and_size(file.path, file.size), lambda path, state: _name_and_size(path, state.size)),
    ):
        before = set(moves.found)
        _match(left, fresh, own, other, moves)
        moves.by_name = moves.found.keys() - before
    moves.ambiguous = _ambiguous(left, fresh, prints)
    return moves


def _match(
    left: dict[str, KnownFile],
    fresh: dict[str, FileState],
    own: Callable[[KnownFile], Hashable],
    other: Callable[[str, FileState], Hashable],
    moves: Moves,
) -> None:
    before, after = defaultdict[Hashable, list[str]](list), defaultdict[Hashable, list[str]](list)
    for file in left.values():
        before[own(file)].append(file.path)
    for path, state in fresh.items():
        after[other(path, state)].append(path)
    for key, (was, *others) in before.items():
        if key is not None and not others and len(after.get(key, ())) == 1:
            moves.found[after[key][0]] = left.pop(was)
            del fresh[after[key][0]]


def _print_of(
    path: str,
    state: FileState,
    sizes: set[int],
    prints: dict[str, tuple[int, str] | None],
    fingerprint: Callable[[str], str | None],
) -> tuple[int, str] | None:
    """Size and fingerprint of a new file, read only where a file of its size is gone."""
    if state.size not in sizes:
        return None
    if path not in prints:
        made = fingerprint(path)
        prints[path] = None if made is None else (state.size, made)
    return prints[path]


def _ambiguous(
    left: Mapping[str, KnownFile], fresh: Mapping[str, FileState], prints: Mapping[str, tuple[int, str] | None]
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    found = _in_both(
        {file.path: (file.size, file.fingerprint) for file in left.values()},
        {path: made for path in fresh if (made := prints.get(path)) is not None},
    )
    told = {path for pair in found for path in chain(*pair)}
    return found + _in_both(
        {file.path: _name_and_size(file.path, file.size) for file in left.values() if file.path not in told},
        {path: _name_and_size(path, state.size) for path, state in fresh.items() if path not in told},
    )


def _in_both(
    left: Mapping[str, Hashable], fresh: Mapping[str, Hashable]
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The paths of each key that is on both sides."""
    before, after = defaultdict[Hashable, list[str]](list), defaultdict[Hashable, list[str]](list)
    for side, keys in ((before, left), (after, fresh)):
        for path, key in keys.items():
            side[key].append(path)
    return [(tuple(paths), tuple(after[key])) for key, paths in before.items() if key in after]


def _name_and_size(path: str, size: int) -> tuple[str, int]:
    return _name(path), size


def _name(path: str) -> str:
    name = basename(path)
    stem = splitext(name)[0].lower()
    return "/".join(path.rsplit("/", 2)[-2:]) if stem in _GENERIC else name
