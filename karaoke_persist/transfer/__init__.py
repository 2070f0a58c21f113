"""Moving data in from elsewhere."""

from karaoke_persist.transfer.options import ImportOptions, ImportProgress
from karaoke_persist.transfer.outcomes import ImportOutcome, RowNote, TableOutcome
from karaoke_persist.transfer.transfer import Transfer

__all__ = ["ImportOptions", "ImportOutcome", "ImportProgress", "RowNote", "TableOutcome", "Transfer"]
