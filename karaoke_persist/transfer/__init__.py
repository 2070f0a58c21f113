"""Moving house: imports of older databases, copies between stores, archives, backups, and lists for people."""

from karaoke_persist.contract import Progress
from karaoke_persist.transfer.archives.dumping import DumpReport, dump
from karaoke_persist.transfer.archives.loading import load
from karaoke_persist.transfer.backups.backing_up import BackupReport, backup
from karaoke_persist.transfer.backups.migrating import Migration, migrate
from karaoke_persist.transfer.backups.restoring import restore
from karaoke_persist.transfer.copying.copier import CopyReport, copy
from karaoke_persist.transfer.importing.library_transfer import LibraryTransfer
from karaoke_persist.transfer.importing.options import ImportOptions, ImportProgress
from karaoke_persist.transfer.importing.outcomes import ImportOutcome, RowNote, TableOutcome
from karaoke_persist.transfer.songbooks.songbook import songbook

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
