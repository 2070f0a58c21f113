"""The importers that come with the package, registered by the hook that plugins use too.

What reads a format is imported when a file of it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path

from karaoke_persist.contract import Importer, Importers, ImportSettings, OpenedSource, hookimpl

_FORMATS = {
    "oks": "oks",
    "pikaraoke": "pikaraoke",
    "karaoke-eternal": "karaoke_eternal",
    "openkj": "openkj",
    "karafun": "karafun",
}


@hookimpl
def karaoke_importers() -> Importers:
    """Every format of the package."""
    return {
        name: Importer(_opener(module), catalogue=name if name == "karafun" else None)
        for name, module in _FORMATS.items()
    }


def _opener(module: str) -> Callable[[Path, ImportSettings], AbstractContextManager[OpenedSource]]:
    @contextmanager
    def opener(path: Path, settings: ImportSettings) -> Iterator[OpenedSource]:
        with import_module(f"karaoke_persist.transfer.importing.formats.{module}").opened(path, settings) as source:
            yield source

    return opener
