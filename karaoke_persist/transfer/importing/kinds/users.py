"""Users, with names of their own, and the hashes of their passwords."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, Final, cast

from karaoke_persist.contract import Eq, Query
from karaoke_persist.contract.importing import NewUser
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Credential, User, key_fold
from karaoke_persist.models.text import INDEXED_BYTES
from karaoke_persist.operations import passwords
from karaoke_persist.operations.user_operations import USERNAME_CHARACTERS
from karaoke_persist.session import Session
from karaoke_persist.transfer.importing.kinds.deciding import Decision, Item, Planned, changed, each, new, stays
from karaoke_persist.transfer.importing.ledger import changes_between, digests_of

_ROOM: Final = 20
"""Bytes that are left for a suffix."""


def decide_users(session: Session, items: list[Item], planned: Planned) -> list[Decision]:
    """Decide about users."""
    ids = [item.entry.target if item.entry is not None else cast(NewUser, item.draft).user_id for item in items]
    there, credentials = session.get_many(User, ids), session.get_many(Credential, ids)

    def decide(item: Item) -> Decision:
        if item.entry is not None:
            target = item.entry.target
            return _changed(item, there.get(target), credentials.get(target))
        return _new(session, item, there, planned)

    return each(items, decide)


def _new(session: Session, item: Item, there: dict[str, User], planned: Planned) -> Decision:
    draft, notes = cast(NewUser, item.draft), []
    user_id = draft.user_id
    if user_id in there or user_id in planned.users:
        user_id = item.entry_id
        notes.append(item.note("repaired", f"the id {draft.user_id!r} is taken here: the user gets {user_id!r}", "id"))
    username = _free_name(session, draft.username, planned)
    if username != draft.username.strip():
        notes.append(
            item.note("repaired", f"{draft.username!r} is short or taken: the user is {username!r}", "username")
        )
    user = _user(user_id, username, draft)
    decision = new(item, user, *_credential(item, user_id, draft, notes))
    decision.notes += notes
    planned.users.add(user_id)
    planned.names.add(user.username_key)
    return decision


def _user(user_id: str, username: str, draft: NewUser) -> User:
    profile = dict(draft.profile)
    if username != draft.username.strip() and profile.get("display_name") is None and key_fold(draft.username):
        profile["display_name"] = draft.username.strip()  # so that people see the name they know
    return User(id=user_id, username=username, username_key=key_fold(username), **profile)


def _credential(item: Item, user_id: str, draft: NewUser, notes: list[Any]) -> list[Credential]:
    if not draft.password_hash:
        return []
    if passwords.verifier_of(draft.password_hash) is None:
        reason = "the hash is of a form that is not known here: no log-in until a password is set"
        notes.append(item.note("repaired", reason, "password"))
        return []
    return [Credential(user_id=user_id, password_hash=draft.password_hash)]


def _changed(item: Item, user: User | None, credential: Credential | None) -> Decision:
    """The username stays as it is: it may have got a suffix, and people know it by now."""
    draft, entry = cast(NewUser, item.draft), item.entry
    assert entry is not None, "only what was imported before can change"
    if user is None:
        return stays(item, "the user was deleted here since, and stays so")
    given = {**draft.profile}
    if "display_name" in entry.fields and given.get("display_name") is None:
        given["display_name"] = draft.username.strip() if user.username != draft.username.strip() else None
    record = User(id=user.id, username=user.username, username_key=user.username_key, **given)
    decision = changed(item, record, user)
    notes: list[Any] = []
    for wanted in _credential(item, user.id, draft, notes):
        if credential is None:
            decision.inserts += [] if "password_hash" in entry.fields else [wanted]
        else:
            changes, kept = changes_between(wanted, credential, entry.fields)
            decision.patches += [(Credential, user.id, changes)] if changes else []
            notes += [item.note("kept", "the password was changed here since, and stays so", "password") for _ in kept]
        decision.fields |= digests_of(wanted)
    decision.notes += notes
    if decision.action == "unchanged" and (decision.patches or decision.inserts):
        decision.action = "updated"
        decision.notes.append(item.note("updated", "it changed in the source", "password"))
    return decision


def _free_name(session: Session, given: str, planned: Planned) -> str:
    for name in _candidates(given):
        key = key_fold(name)
        if min(len(name), len(key)) < USERNAME_CHARACTERS or key in planned.names:
            continue
        if not session.rows(Query(User, Eq("username_key", key), limit=1), ("id",)):
            return name
    raise AssertionError("the candidates never end")


def _candidates(given: str) -> Iterator[str]:
    """The name, then the name with a number; one that says nothing is no name."""
    name = given.strip()
    if not key_fold(name):
        raise InvalidValue("User.username", given, "there is no name to call the user by")
    yield name
    short = name.encode()[: INDEXED_BYTES - _ROOM].decode("utf-8", "ignore")
    yield from (f"{short}-{number}" for number in count(2))
