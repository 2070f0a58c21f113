"""How each kind of draft is brought in: what is decided by looking, and then written."""

from karaoke_persist.transfer.importing.kinds.deciding import Decision, Item, Planned
from karaoke_persist.transfer.importing.kinds.every import decided, written

__all__ = ["Decision", "Item", "Planned", "decided", "written"]
