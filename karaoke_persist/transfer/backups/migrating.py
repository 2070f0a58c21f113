"""Upgrading a schema, with a backup before."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from karaoke_persist.contract import Progress, SchemaState, StoreOptions
from karaoke_persist.plugins import open_store
from karaoke_persist.transfer.backups.backing_up import BackupReport, back_up_store
from karaoke_persist.urls import redacted, store_url

FOLDER: Final = "backups"
"""Where the backups go unless another folder is named: one below the current folder."""


@dataclass(frozen=True, slots=True)
class Migration:
    """What an upgrade did."""

    before: SchemaState
    after: SchemaState
    backup: BackupReport | None
    """The backup of what was there; None if there was nothing to upgrade, or none was wanted."""


def migrate(
    url: str | os.PathLike[str],
    *,
    backups: str | os.PathLike[str] | None = FOLDER,
    keep: int | None = None,
    progress: Progress | None = None,
    backend_options: Mapping[str, Any] | None = None,
) -> Migration:
    """Create an absent schema, or upgrade an older one, after a backup of the store into the folder `backups`.

    An upgrade that fails leaves everything as it was. `backups=None` makes no backup; `keep` is as for `backup`. An
    index by older rules of search is made anew while others work; ended on the way, that goes on the next time.
    """
    options = StoreOptions(check_schema=False, backend_options=dict(backend_options or {}))
    with closing(open_store(where := store_url(url), options)) as store:
        before, made = store.schema(), None
        if (before.state == "behind" or before.old_rules is not None) and backups is not None:
            made = back_up_store(store, redacted(where), backups, keep, progress)
        return Migration(before, store.migrate(progress), made)
