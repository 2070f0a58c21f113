"""How the kit uses Hypothesis: few examples, the same in each run, nothing left behind."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings

TRIALS: Final = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow],
)
