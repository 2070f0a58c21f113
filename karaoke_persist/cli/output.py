"""How the commands speak: tables and JSON on standard output, everything about the work on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from karaoke_persist.media import SyncProgress

_WIDE: Final = 1_000  # where nobody looks at a screen, nothing is cut to fit one
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def prepare_streams() -> None:
    """Write what a console of another encoding cannot show as `?`, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def console(*, stderr: bool = False) -> Console:
    """A console on one of the standard streams as they are now."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, highlight=False, width=None if stream.isatty() else _WIDE)


def visible(text: object) -> Text:
    """Text from outside as it is, without markup, and without characters that would steer a terminal."""
    return Text(_CONTROLS.sub("�", str(text).replace("\n", " ")))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Sequence[str] = ()) -> Table:
    """A table of texts from outside; the columns named in `numbers` are aligned to the right."""
    made = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False, show_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="ellipsis")
    for row in rows:
        made.add_row(*map(visible, row))
    return made


def print_json(value: Any) -> None:
    """JSON on standard output, in ASCII where the stream cannot carry more."""
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json.dumps(value, ensure_ascii=ascii_only, indent=2) + "\n")
    sys.stdout.flush()  # a reader that has left is noticed here, where it ends the command quietly


@contextmanager
def progress_bar(what: str, *, show: bool = True) -> Iterator[SyncProgress]:
    """A bar on standard error with rate and time left, if that is a terminal, and what moves it."""
    screen = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=screen, disable=not (show and screen.is_terminal)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """The rate of late, or of the whole when it is over."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s", style="progress.data.speed")
