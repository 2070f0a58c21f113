"""The options that several commands share."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer

from karaoke_persist.errors import BadOption
from karaoke_persist.urls import redacted

DEFAULT_STORE: Final = "sqlite:///karaoke.db"

Store = Annotated[
    str,
    typer.Option("--store", metavar="URL", envvar="KARAOKE_PERSIST_STORE", help="The database.", show_envvar=True),
]
BackendOptions = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="NAME=VALUE", help="An option that only this backend knows. May be repeated."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless something fails.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


def backend_options(given: Iterable[str] | None) -> dict[str, Any]:
    """What `--option` gave, as `open(backend_options=…)` takes it: a value is JSON, or else the text that it is."""
    options = {}
    for each in given or ():
        name, equals, text = each.partition("=")
        if not (name and equals):
            raise BadOption("--option", f"{each!r} is not a name, = and a value", "Example: schema=karaoke")
        options[name] = _value(text)
    return options


def command_line(store: str, given: Iterable[str] | None) -> str:
    """The part of a command line that names a store again, without its password."""
    options = "".join(f" --option {shlex.quote(each)}" for each in given or ())
    return f"--store {redacted(store)}{options}"


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
