"""The mark that a store carries while it holds a part of something only."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from karaoke_persist.contract import Query
from karaoke_persist.errors import IllegalState, IncompleteStore, Unsupported
from karaoke_persist.models import Record, Transfer
from karaoke_persist.models.transfer import LAST
from karaoke_persist.session import Session
from karaoke_persist.transfer.copying.canonical import digest_of, line_of
from karaoke_persist.transfer.copying.sides import Holder, Snapshot


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be done to a store."""

    kind: str
    """The command that does it again: copy, load or restore."""
    source: str
    models: tuple[type[Record], ...]
    replace: bool = False
    """Whether what is there may go."""


def refuse_incomplete(mark: Transfer | None, url: str) -> None:
    """Raise `IncompleteStore` for a store whose mark says so."""
    if mark is not None and mark.verified_at is None:
        raise IncompleteStore(url, mark.kind, mark.source, mark.began_at)


def begin(target: Holder, intent: Intent) -> None:
    """Mark the target as incomplete, if it may be written over."""

    def mark(session: Session) -> None:
        _refuse_narrow(session, intent)
        _refuse_full(session, target.url, intent)
        made = Transfer(kind=intent.kind, source=intent.source, began_at=session.context.clock(), revision=1)
        session.insert_verbatim([made])

    target.run(lambda tx: mark(tx.songs.session))


def finish(target: Holder, digest: bytes) -> None:
    """Say that the target holds everything."""

    def mark(session: Session) -> None:
        began = session.get(Transfer, LAST)
        assert began is not None
        done = {"verified_at": session.context.clock(), "digest": digest.hex(), "revision": began.revision + 1}
        session.insert_verbatim([began.replaced(done)])

    target.run(lambda tx: mark(tx.songs.session))


def combined(digests: dict[str, list[bytes]]) -> bytes:
    """One digest of those of all ranges, by collection."""
    whole = sha256()
    for collection in sorted(digests):
        whole.update(collection.encode() + b"\n" + b"".join(digests[collection]))
    return whole.digest()


def _refuse_narrow(session: Session, intent: Intent) -> None:
    """Every row needs a place to go to."""
    lacking = [model.__name__ for model in intent.models if model not in session.context.models]
    if lacking:
        raise Unsupported("the target", f"rows of {', '.join(lacking)}", "Open it with the same `models`.")


def _refuse_full(session: Session, url: str, intent: Intent) -> None:
    """A store may be written over if it is empty, or holds what an earlier run left in it and nothing newer."""
    mark = session.get(Transfer, LAST)
    if intent.replace or (mark is not None and mark.verified_at is None) or _is_empty(session, intent.models):
        return
    if mark is None or (mark.kind, mark.source) != (intent.kind, intent.source):
        state, remedy = "not empty", "Name an empty one, or give replace=True (--replace) to write over it"
    elif mark.digest != _digest_of(session, url, intent.models).hex():
        state = "changed since it was copied into"
        remedy = "Give replace=True (--replace) to lose what is newer"
    else:
        return
    raise IllegalState("Library", url, state, f"be the target of a {intent.kind}", remedy)


def _is_empty(session: Session, models: tuple[type[Record], ...]) -> bool:
    return not any(session.rows(Query(model, limit=1), (model.integrity.key,)) for model in models)


def _digest_of(session: Session, url: str, models: tuple[type[Record], ...]) -> bytes:
    rows = Snapshot(session, url, models)
    return combined(
        {
            model.integrity.collection: [digest_of(map(line_of, batch)) for batch in rows.batches(model)]
            for model in models
        }
    )
