"""The marks by number: what is measured, on which backends, at which size, against which budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.comparing import Context
from benchmarks.harness import Result
from benchmarks.marks import (
    p1_get_sqlite,
    p2_page,
    p3_get_postgres,
    p4_depth,
    p5_bulk,
    p6_transaction,
    p7_mixed_load,
    p8_streaming,
    p9_memory,
    p10_artists,
    p11_queue,
    p12_playlist,
    p13_claims,
    p14_duplicates,
    p14_statistics,
    p15_search,
    p19_beside_search,
    p20_index_cost,
    p21_library_folder,
    p22_transfer,
    p23_import,
)

TEN_THOUSAND, HUNDRED_THOUSAND, MILLION = 10_000, 100_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark; `sizes` are the libraries that its budget speaks of."""

    run: Callable[[Context], Iterator[Result]]
    backends: tuple[str, ...]
    sizes: tuple[int, ...] = (HUNDRED_THOUSAND,)


_BOTH = ("sqlite", "postgresql")
MARKS = {
    "P1": Mark(p1_get_sqlite.run, ("sqlite",)),
    "P2": Mark(p2_page.run, _BOTH),
    "P3": Mark(p3_get_postgres.run, ("postgresql",)),
    "P4": Mark(p4_depth.run, _BOTH, (MILLION,)),
    "P5": Mark(p5_bulk.run, _BOTH),
    "P6": Mark(p6_transaction.run, _BOTH),
    "P7": Mark(p7_mixed_load.run, ("sqlite",)),
    "P8": Mark(p8_streaming.run, _BOTH, (MILLION,)),
    "P9": Mark(p9_memory.run, ("memory",)),
    "P10": Mark(p10_artists.run, _BOTH, (HUNDRED_THOUSAND, MILLION)),
    "P11": Mark(p11_queue.run, _BOTH, (TEN_THOUSAND,)),
    "P12": Mark(p12_playlist.run, _BOTH, (TEN_THOUSAND,)),
    "P13": Mark(p13_claims.run, _BOTH),
    "P14": Mark(p14_duplicates.run, _BOTH),
    "P14-statistics": Mark(p14_statistics.run, _BOTH, (TEN_THOUSAND,)),
    "P15": Mark(p15_search.run, ("sqlite", "postgresql", "memory"), (HUNDRED_THOUSAND,)),
    "P19": Mark(p19_beside_search.run, ("sqlite", "postgresql", "memory"), (HUNDRED_THOUSAND,)),
    "P21": Mark(p21_library_folder.run, ("sqlite",)),
    "P23": Mark(p23_import.run, _BOTH),
    "P22": Mark(p22_transfer.run, _BOTH, (HUNDRED_THOUSAND, MILLION)),
    "P20": Mark(p20_index_cost.run, _BOTH),
}
