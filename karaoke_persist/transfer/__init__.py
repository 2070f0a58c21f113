"""Moving house: copies between stores, archives, backups, and lists for people."""

from karaoke_persist.contract import Progress
from karaoke_persist.transfer.backups import BackupReport, backup
from karaoke_persist.transfer.copying import CopyReport, copy
from karaoke_persist.transfer.dumping import DumpReport, dump
from karaoke_persist.transfer.loading import load
from karaoke_persist.transfer.migrating import Migration, migrate
from karaoke_persist.transfer.restoring import restore
from karaoke_persist.transfer.songbook import songbook

__all__ = [
    "BackupReport",
    "CopyReport",
    "DumpReport",
    "Migration",
    "Progress",
    "backup",
    "copy",
    "dump",
    "load",
    "migrate",
    "restore",
    "songbook",
]
