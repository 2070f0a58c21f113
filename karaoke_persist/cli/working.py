"""What a command shows while it works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from karaoke_persist.contract import Progress


@contextmanager
def working(what: str, *, quiet: bool, as_json: bool) -> Iterator[Progress]:
    """A bar, unless nothing is to be said or a program listens. What draws it is loaded no sooner."""
    from karaoke_persist.cli.output import progress_bar

    with progress_bar(what, show=not (quiet or as_json)) as progress:
        yield progress
