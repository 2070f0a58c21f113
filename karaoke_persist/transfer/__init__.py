"""Moving house: imports of older databases, copies between stores, archives, backups, and lists for people."""

from karaoke_persist.contract import Progress
from karaoke_persist.transfer.backups import BackupReport, backup
from karaoke_persist.transfer.copying import CopyReport, copy
from karaoke_persist.transfer.dumping import DumpReport, dump
from karaoke_persist.transfer.loading import load
from karaoke_persist.transfer.migrating import Migration, migrate
from karaoke_persist.transfer.options import ImportOptions, ImportProgress
from karaoke_persist.transfer.outcomes import ImportOutcome, RowNote, TableOutcome
from karaoke_persist.transfer.restoring import restore
from karaoke_persist.transfer.songbook import songbook
from karaoke_persist.transfer.transfer import LibraryTransfer

__all__ = [
    "BackupReport",
    "CopyReport",
    "DumpReport",
    "ImportOptions",
    "ImportOutcome",
    "ImportProgress",
    "LibraryTransfer",
    "Migration",
    "Progress",
    "RowNote",
    "TableOutcome",
    "backup",
    "copy",
    "dump",
    "load",
    "migrate",
    "restore",
    "songbook",
]
