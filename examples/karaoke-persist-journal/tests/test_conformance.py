"""The contract of karaoke-persist, kept by this backend."""

from __future__ import annotations

from pathlib import Path

import pytest
from karaoke_persist.testing import BackendConformance, StoreUrl


class TestJournal(BackendConformance):
    """Every rule of the kit."""

    @pytest.fixture
    def store_url(self, tmp_path: Path) -> StoreUrl:
        """Give each database a file of its own."""
        return lambda name: f"journal:///{tmp_path}/{name}.jsonl"
