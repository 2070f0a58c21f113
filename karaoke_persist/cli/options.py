"""The options that several commands share."""

from __future__ import annotations

from typing import Annotated, Final

import typer

DEFAULT_STORE: Final = "sqlite:///karaoke.db"

Store = Annotated[
    str,
    typer.Option("--store", metavar="URL", envvar="KARAOKE_PERSIST_STORE", help="The database.", show_envvar=True),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
