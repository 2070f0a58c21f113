"""The conformance kit: the contract of a backend as tests that its author runs.

See `BackendConformance`; ten lines are enough. The kit needs `pip install 'karaoke-persist[testing]'`.
"""

import pytest

pytest.register_assert_rewrite("karaoke_persist.testing.rules", "karaoke_persist.testing.handles")

from karaoke_persist.testing.catalogue import all_rules  # noqa: E402
from karaoke_persist.testing.conformance import BackendConformance  # noqa: E402
from karaoke_persist.testing.handles import Opener, Place, StoreUrl  # noqa: E402
from karaoke_persist.testing.probes import KIT_MODELS, PROBE_MODELS  # noqa: E402
from karaoke_persist.testing.rule import TOPICS, ConformanceWarning, Level, Rule, rule  # noqa: E402

__all__ = [
    "KIT_MODELS",
    "PROBE_MODELS",
    "TOPICS",
    "BackendConformance",
    "ConformanceWarning",
    "Level",
    "Opener",
    "Place",
    "Rule",
    "StoreUrl",
    "all_rules",
    "rule",
]
