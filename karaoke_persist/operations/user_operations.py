"""Users, their log-in, and their profiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from karaoke_persist.contract import Aggregate, Eq, Order, Query
from karaoke_persist.errors import AlreadyExists, DataCorrupt, IllegalState, InvalidValue, NotFound, StaleWrite
from karaoke_persist.models import Credential, User, key_fold
from karaoke_persist.models.record import NOT_SHOWN, checked_fields, named_fields
from karaoke_persist.operations import passwords
from karaoke_persist.operations.answers import Page
from karaoke_persist.operations.base import Operations, no, none, operation, zero
from karaoke_persist.operations.paging import page_of
from karaoke_persist.operations.singer_moves import release_singer

UserOrder = Literal["username", "created_at"]

USERNAME_CHARACTERS: Final = 3
PROFILE: Final = ("display_name", "theme", "color", "preferences", "is_admin")
"""The fields of a user that a host changes as it likes."""


class UserOperations(Operations):
    """Users, their log-in, and their profiles.

    Usernames have at least three characters, and no two are the same when case, accents, width and spacing are
    forgotten. Hashing a password takes its time, so `register`, `authenticate` and `set_password` do it while no
    transaction is open; on `tx.users` they are part of that transaction.
    """

    def register(
        self,
        /,
        username: str,
        password: str | None = None,
        *,
        user_id: str | None = None,
        guest: bool = False,
        **profile: Any,
    ) -> User:
        """Store a new user and return it. Without a password nobody can log in as this user; a guest never has one.

        A taken username, or id, is `AlreadyExists`.
        """
        fields = {**_named(username), "is_guest": guest, **_profile(profile)}
        if guest and password is not None:
            raise InvalidValue("password", NOT_SHOWN, "a guest has none; leave it out, or register a user")
        password_hash = None if password is None else passwords.hashed(passwords.checked_password(password))
        return self._register(user_id, fields, password_hash)

    def authenticate(self, username: str, password: str | None) -> User | None:
        """The user of this name and password, or None. It never degrades: a storage failure is raised.

        A hash of an older form is renewed. Where that cannot be written, in a read-only transaction or because the
        writer is not free and `on_error` says to degrade, it is left for the next time.
        """
        attempt = passwords.attempted(password)
        if attempt is None:
            return None
        user, credential = self._find_credential(username)
        try:
            known = passwords.matches(None if credential is None else credential.password_hash, attempt)
        except ValueError as error:
            raise DataCorrupt("Credential", str(error), None if credential is None else credential.user_id) from None
        if not known or credential is None:
            return None
        if not passwords.is_current(credential.password_hash):
            self._renew_password_hash(credential, passwords.hashed(attempt))
        return user

    def set_password(self, user_id: str, password: str) -> None:
        """Give a user this password from now on. A guest cannot have one: `IllegalState`."""
        self._set_password_hash(user_id, passwords.hashed(passwords.checked_password(password)))

    def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """The same with a hash that another application made: argon2, or Werkzeug's scrypt or pbkdf2.

        It is renewed when its user logs in.
        """
        self._set_password_hash(user_id, passwords.checked_hash(password_hash))

    # finding

    @operation("single", none)
    def get(self, user_id: str) -> User | None:
        """The user with this id, or None."""
        return self.session.get(User, user_id)

    @operation("single", none)
    def get_by_username(self, username: str) -> User | None:
        """The user of this name, in whatever spelling, or None."""
        return self._by_username(username)

    @operation("single", dict)
    def get_many(self, user_ids: Iterable[str]) -> dict[str, User]:
        """The users with these ids, in that order; ids that are not there are left out."""
        if isinstance(user_ids, str):
            raise InvalidValue("user_ids", user_ids, "several ids are expected; for one use get")
        return self.session.get_many(User, user_ids)

    @operation("single", list)
    def get_all(self) -> list[User]:
        """All users, guests too, by username."""
        return self.session.find(Query(User, order=Order("username")))

    @operation("single")
    def get_page(
        self,
        *,
        sort_by: UserOrder = "username",
        descending: bool | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[User]:
        """A page in a total order, and the cursor of the next. Dates run newest first unless told otherwise."""
        backwards = sort_by == "created_at" if descending is None else descending
        return page_of(self.session, Query(User, order=Order(sort_by, backwards)), limit, cursor)

    @operation("single", zero)
    def count(self) -> int:
        """The number of users, guests too."""
        return int(self.session.aggregate(Aggregate(User))[0][0])

    # changing

    @operation("write")
    def update_profile(self, user_id: str, changes: Mapping[str, Any], *, expect: int | None = None) -> User:
        """Change the named parts of the profile, others stay, and return the user. None clears.

        The parts are `display_name`, `theme`, `color`, `preferences` and `is_admin`. With `expect`, a user who has
        moved on from that revision is `StaleWrite`.
        """
        self.session.patch(User, user_id, _profile(changes), expect=expect)
        return self._stored(user_id)

    @operation("write")
    def rename(self, user_id: str, username: str, *, expect: int | None = None) -> User:
        """Give a user another username and return the user. One that somebody else has is `AlreadyExists`."""
        fields = _named(username)
        self._refuse_taken(username, but=user_id)
        self.session.patch(User, user_id, fields, expect=expect)
        return self._stored(user_id)

    @operation("write")
    def delete(self, user_id: str) -> None:
        """Delete a user, with the password, favourites and preferences.

        Playlists stay and belong to nobody. Queues and history keep the names, and so the singer is a mere name now.
        """
        self._stored(user_id)
        release_singer(self.session, user_id)
        self.session.delete(User, user_id)

    # what is stored

    @operation("write")
    def _register(self, user_id: str | None, fields: Mapping[str, Any], password_hash: str | None) -> User:
        new_id = self.session.context.new_id() if user_id is None else user_id
        user = User(id=new_id, **fields)
        self._refuse_taken(user.username)
        self.session.insert(user)
        if password_hash is not None:
            self.session.insert(Credential(user_id=new_id, password_hash=password_hash))
        return self._stored(new_id)

    @operation("read")
    def _find_credential(self, username: str) -> tuple[User | None, Credential | None]:
        try:
            user = self._by_username(username)
        except InvalidValue:
            if not isinstance(username, str):
                raise
            user = None  # a text that no store could hold is nobody's name
        if user is None or user.is_guest:
            return None, None
        return user, self.session.get(Credential, user.id)

    @operation("write", no)
    def _renew_password_hash(self, old: Credential, password_hash: str) -> bool:
        """Replace a hash unless it is another one by now: a password that was set meanwhile is the right one."""
        if self.session.read_only:
            return False
        changes = {"password_hash": password_hash}
        try:
            self.session.patch(Credential, old.user_id, changes, expect=old.revision)
        except (NotFound, StaleWrite):
            return False
        return True

    @operation("write")
    def _set_password_hash(self, user_id: str, password_hash: str) -> None:
        if self._stored(user_id).is_guest:
            remedy = "Register a user, and let that user claim the guest"
            raise IllegalState("User", user_id, "a guest", "have a password", remedy)
        self.session.upsert([Credential(user_id=user_id, password_hash=password_hash)])

    def _by_username(self, username: str) -> User | None:
        found = self.session.find(Query(User, Eq("username_key", _key_of(username))))
        return found[0] if found else None

    def _refuse_taken(self, username: str, *, but: str | None = None) -> None:
        holder = self._by_username(username)
        if holder is not None and holder.id != but:
            raise AlreadyExists("User", "username", username)

    def _stored(self, user_id: str) -> User:
        user = self.session.get(User, user_id)
        if user is None:
            raise NotFound("User", user_id)
        return user


def _key_of(username: object) -> str:
    if not isinstance(username, str):
        raise InvalidValue("User.username", username, "a text is expected")
    return key_fold(username)


def _named(username: str) -> dict[str, Any]:
    """The fields that hold a username. A short one is `InvalidValue`."""
    name = checked_fields(User, {"username": username})["username"].strip()
    key = key_fold(name)
    if min(len(name), len(key)) < USERNAME_CHARACTERS:
        raise InvalidValue("User.username", username, f"a username has {USERNAME_CHARACTERS} characters or more")
    return {"username": name, "username_key": key}


def _profile(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of the profile as stored values, None being the default. What is no part of it is `InvalidValue`."""
    named = named_fields(User, changes)
    for name, value in named.items():
        if name not in PROFILE:
            raise InvalidValue(f"User.{name}", value, f"it is no part of the profile, which is {', '.join(PROFILE)}")
    defaults = {name: User.model_fields[name].default for name, value in named.items() if value is None}
    return checked_fields(User, {**named, **defaults})
