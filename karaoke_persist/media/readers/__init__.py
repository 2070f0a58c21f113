"""The formats that are known without a plugin, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from karaoke_persist.contract.media import MediaReader
from karaoke_persist.media.readers.midi import MidiReader
from karaoke_persist.media.readers.stems import StemsReader
from karaoke_persist.media.readers.tagged import TaggedReader
from karaoke_persist.media.readers.ultrastar import UltraStarReader
from karaoke_persist.media.readers.zipped import ZipReader

BUILT_IN: Final[Mapping[str, MediaReader]] = {
    "stems": StemsReader(),
    "ultrastar": UltraStarReader(),
    "tagged": TaggedReader(),
    "zip": ZipReader(),
    "midi": MidiReader(),
}

__all__ = ["BUILT_IN"]
