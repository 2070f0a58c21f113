"""Backends that each break one promise, of the scheme `faulty`: `faulty://NAME/PLACE`, and which rules find them.

`NAME` is the fault's, and `PLACE` the rest of a URL of the healthy backend that it is planted in.
"""

from __future__ import annotations

import inspect
import re
from typing import Any, NamedTuple

import data_faults
import file_faults
import search_faults
import server_faults
import session_faults
import store_faults
from faulty import Store

from karaoke_persist.contract import CONTRACT_VERSION, StoreOptions, hookimpl

contract_version = CONTRACT_VERSION


@hookimpl
def karaoke_open_store(url: str, options: StoreOptions) -> Any:
    """Open the healthy backend with the fault in it."""
    name, _, place = url.removeprefix("faulty://").partition("/")
    kind = FAULTS[name].kind if name in FAULTS else HEALTHY[name]
    return kind.plant(place, options)


class Fault(NamedTuple):
    """What is wrong, which rules find it, and the class that does it."""

    sentence: str
    rule_ids: tuple[str, ...]
    kind: type[Any]

    @property
    def backend(self) -> str:
        """The scheme of the healthy backend that it is planted in."""
        return next((scheme for scheme, kind in HEALTHY.items() if issubclass(self.kind, kind)), "memory")


def _faults() -> dict[str, Fault]:
    modules = (session_faults, data_faults, search_faults, store_faults, file_faults, server_faults)
    kinds = [kind for module in modules for kind in vars(module).values() if inspect.isclass(kind)]
    found = {kind: None for kind in kinds if vars(kind).get("found_by")}
    return {_name(kind): Fault(inspect.cleandoc(kind.__doc__ or ""), kind.found_by, kind) for kind in found}


def _name(kind: type[Any]) -> str:
    return re.sub(r"(?<=.)(?=[A-Z])", "_", kind.__name__).lower()


FAULTS: dict[str, Fault] = _faults()
HEALTHY: dict[str, type[Any]] = {
    "memory": Store,
    "sqlite": file_faults.FileStore,
    "postgresql": server_faults.ServerStore,
}
"""The backends that faults are planted in, without any."""
