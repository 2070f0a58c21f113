"""Logging in: passwords that are right, hashes that nobody sees, and time that says nothing."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from typing import Any, Final, cast

import argon2
import pytest

from karaoke_persist import (
    Busy,
    DataCorrupt,
    IllegalState,
    InvalidValue,
    KaraokePersistError,
    Library,
    NotFound,
    Unavailable,
    User,
)
from karaoke_persist.contract import SongStore
from karaoke_persist.models import Credential
from karaoke_persist.operations import passwords
from karaoke_persist.testing.handles import Conformance, Opener, contents, nothing_changes, probing, stored
from karaoke_persist.testing.listening import Recorder
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.domain import LOST

PASSWORD: Final = "Þjóð & ça va"
FOREIGN: Final[dict[str, str]] = {
    "scrypt": "scrypt:32768:8:1$y81L$3aa83d90efc839a3ef47288a4b1b62a76fa061f297ef39c945122127cd2760a5"
    "a9c5ab15dc192dfce9529af36039737885a6b6521e4039bbf021324eabdb98ed",
    "pbkdf2 sha256": "pbkdf2:sha256:1000$42IIWe6iyNaH5dKN"
    "$c1f6ed5dfec8d850a8c0b9d3cbeb1c09787cdab3a46841de54bb4aacc1cb4855",
    "pbkdf2 sha1": "pbkdf2:sha1:1000$NcRVBA5cptfqs7zs$06fc4d48de90036939aa3b05cea7e872e7307d5e",
    "pbkdf2 sha512": "pbkdf2:sha512:1000$mPDC$7bac8927ea653362e2d5e45b11d250f4e9b8e23132494c0fd726cbd85778a3dc"
    "91d68a756b1d9b83f02642c2138460ac3f3ffefc839099ce57da45877c11203d",
}
"""Hashes of the password, as Werkzeug made them."""
OLD: Final = FOREIGN["pbkdf2 sha256"]


class LogInRules(Conformance):
    """Authentication, and the hashes that it alone reads."""

    @rule("U-20")
    def test_logging_in(self, library: Library, other: Library) -> None:
        """The right password gives the user, whatever the spelling of the name; any other gives None."""
        user = library.users.register("Ana María", PASSWORD)
        assert other.users.authenticate("ANA MARIA", PASSWORD) == user
        wrong = [PASSWORD.upper(), f"{PASSWORD} ", PASSWORD[:-1], "", None, PASSWORD * 100, "\ud800", "x\x00"]
        assert [other.users.authenticate("Ana María", each) for each in wrong] == [None] * len(wrong)
        assert other.users.authenticate("Bob", PASSWORD) is None

    @rule("U-21")
    def test_without_a_password(self, library: Library) -> None:
        """Nobody logs in as a user who has no password, with whatever password."""
        library.users.register("Ana")
        assert [library.users.authenticate("Ana", each) for each in ("", None, "x", "None")] == [None] * 4

    @rule("U-22")
    def test_guests_cannot_log_in(self, library: Library, other: Library) -> None:
        """A guest is marked as one, has no password, cannot be given one, and could not log in with it."""
        guest = library.users.register("Ana", guest=True)
        assert other.users.get(guest.id) == guest
        assert guest.is_guest is True
        with nothing_changes(other), pytest.raises(InvalidValue):
            library.users.register("Bob", "a password", guest=True)
        for give in (library.users.set_password, library.users.set_password_hash):
            with nothing_changes(other), pytest.raises(IllegalState, match="a guest"):
                give(guest.id, OLD)
        stored(library, Credential(user_id=guest.id, password_hash=OLD))
        assert library.users.authenticate("Ana", PASSWORD) is None

    @rule("U-23")
    def test_setting_a_password(self, library: Library, other: Library) -> None:
        """A password that is set replaces the one before; who is not there is `NotFound`."""
        user = library.users.register("Ana", "before")
        library.users.set_password(user.id, "after")
        assert (other.users.authenticate("Ana", "before"), other.users.authenticate("Ana", "after")) == (None, user)
        for give, secret in ((library.users.set_password, "x"), (library.users.set_password_hash, OLD)):
            with nothing_changes(other), pytest.raises(NotFound):
                give("nobody", secret)

    @rule("U-24")
    def test_refused_passwords(self, library: Library, other: Library) -> None:
        """A password that is empty, no text or over 1,024 bytes is `InvalidValue`, which does not show it."""
        user = library.users.register("Ana")
        for password in ("", "é" * 513, "secret\ud800", b"secret", 5_318_008):
            for give in (library.users.set_password, lambda _, each: library.users.register("Bob", each)):
                with nothing_changes(other), pytest.raises(InvalidValue) as refused:
                    cast(Callable[[str, Any], object], give)(user.id, password)
                _check_hidden(refused.value, "secret", "5318008", "éé")
        library.users.set_password(user.id, "é" * 512)
        assert other.users.authenticate("Ana", "é" * 512) == user

    @rule("U-25")
    @pytest.mark.parametrize("form", FOREIGN)
    def test_older_hashes(self, library: Library, other: Library, form: str) -> None:
        """A hash that Werkzeug made, with scrypt or pbkdf2, verifies, and is renewed when its user logs in."""
        user = library.users.register("Ana")
        library.users.set_password_hash(user.id, FOREIGN[form])
        assert library.users.authenticate("Ana", "wrong") is None
        assert _hash(other, user) == FOREIGN[form]
        assert library.users.authenticate("Ana", PASSWORD) == user
        assert passwords.is_current(_hash(other, user))
        assert (other.users.authenticate("Ana", "wrong"), other.users.authenticate("Ana", PASSWORD)) == (None, user)

    @rule("U-26")
    def test_argon2(self, library: Library, other: Library) -> None:
        """New hashes are argon2id with a salt each; one of another cost is renewed at log-in, a current one stays."""
        one, two = library.users.register("Ana", PASSWORD), library.users.register("Bob")
        cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        library.users.set_password_hash(two.id, cheap)
        assert library.users.authenticate("Bob", PASSWORD) == two
        hashes = {_hash(other, user) for user in (one, two)}
        assert [each.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for each in hashes] == [True, True]
        with nothing_changes(other):
            assert library.users.authenticate("Bob", PASSWORD) == two

    @rule("U-27")
    def test_unknown_hashes(self, library: Library, other: Library) -> None:
        """A hash of no known form, or of a cost beyond reason, is `InvalidValue`, which does not show it."""
        user = library.users.register("Ana", PASSWORD)
        digest = "0a" * 32
        unknown: list[Any] = [
            "",
            None,
            PASSWORD,
            f"sha256$salt${digest}",
            f"plain$${digest}",
            f"pbkdf2:whirl:1000$salt${digest}",
            f"pbkdf2:sha256:0$salt${digest}",
            f"pbkdf2:sha256:999999999$salt${digest}",
            f"pbkdf2:sha256:1000$salt${digest[:-2]}",
            f"scrypt:32767:8:1$salt${digest * 2}",
            f"scrypt:33554432:8:1$salt${digest * 2}",
            f"$2b$12${digest}",
            "$argon2id$v=19$m=4294967295,t=3,p=4$c29tZXNhbHRzb21l$c29tZWhhc2hzb21laGFzaHNvbWU",
            "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21l$c29tZQ",
            f"{OLD}\n",
        ]
        for each in unknown:
            with nothing_changes(other), pytest.raises(InvalidValue) as refused:
                library.users.set_password_hash(user.id, each)
            _check_hidden(refused.value, digest, PASSWORD, "c29tZ")

    @rule("U-28")
    def test_a_password_set_meanwhile_stays(
        self, library: Library, other: Library, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A renewed hash never replaces a password that was set while the old one was verified."""
        user = library.users.register("Ana")
        library.users.set_password_hash(user.id, OLD)
        new = passwords.hashed(b"new")
        _meanwhile(monkeypatch, lambda: other.users.set_password_hash(user.id, new))
        assert library.users.authenticate("Ana", PASSWORD) == user
        monkeypatch.undo()
        assert (library.users.authenticate("Ana", PASSWORD), library.users.authenticate("Ana", "new")) == (None, user)

    @rule("U-29")
    def test_verifying_holds_nothing(self, library: Library, other: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        """While a password is hashed or verified no transaction is open: the writer is free, for this thread too."""
        seen: list[Any] = []

        def look() -> None:
            with library.transaction(timeout=0):
                seen.append(getattr(library.store, "sessions_open", 1))

        _meanwhile(monkeypatch, look)
        user = library.users.register("Ana", PASSWORD)
        library.users.set_password(user.id, "after")
        library.users.authenticate("Ana", "after")
        library.users.authenticate("Bob", "after")
        assert seen == [1] * 4

    @rule("U-30")
    def test_an_unknown_user_costs_the_same(self, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        """An unknown user, a guest and one without a password cost what a wrong password costs: one verification."""
        library.users.register("Ana", PASSWORD)
        library.users.register("Bob")
        library.users.register("Guest", guest=True)
        verified: list[argon2.Parameters] = []
        verify = argon2.PasswordHasher.verify

        def counted(self: argon2.PasswordHasher, password_hash: str, password: bytes) -> bool:
            verified.append(argon2.extract_parameters(password_hash))
            return verify(self, password_hash, password)

        monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
        for username in ("Ana", "Bob", "Guest", "nobody"):
            assert library.users.authenticate(username, "wrong") is None
        assert verified == [verified[0]] * 4

    @rule("U-31")
    def test_hashes_are_not_seen(
        self, open_library: Opener, other: Library, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No user, dictionary, repr, event, failure or log line holds a hash or a password."""
        caplog.set_level(logging.DEBUG)
        recorder = Recorder()
        library = open_library(on_error="degrade", plugins=[recorder], timeout=0)
        user = library.users.register("Ana", PASSWORD, display_name="Ana")
        library.users.set_password_hash(user.id, OLD)
        with other.transaction():
            library.users.authenticate("Ana", PASSWORD)
        library.users.authenticate("Ana", PASSWORD)
        assert len(recorder.failures) == 1
        with probing(other, read_only=True) as probe:
            credential = probe.get(Credential, user.id)
        assert credential is not None
        shown = [user, user.to_dict(), credential, credential.to_dict(), credential.model_dump(), contents(other)]
        told = [recorder.commits, recorder.failures, caplog.text, *(str(record.args) for record in caplog.records)]
        text = "".join(map(repr, shown + told)) + str(credential) + credential.model_dump_json()
        assert [each for each in (PASSWORD, "argon2", OLD[-20:], credential.password_hash) if each in text] == []
        assert ("Credential", user.id) in {(change.model, change.key) for change in recorder.changes}

    @rule("U-32")
    def test_it_never_degrades(self, open_library: Opener) -> None:
        """A storage failure is no wrong password: authentication raises it, also where lookups degrade."""
        library = open_library(on_error="degrade")
        library.users.register("Ana", PASSWORD)
        healthy, library.store = library.store, cast(SongStore, Unreachable())
        try:
            assert library.users.get_by_username("Ana") is None
            with pytest.raises(Unavailable):
                library.users.authenticate("Ana", PASSWORD)
        finally:
            library.store = healthy

    @rule("U-33")
    def test_a_renewal_may_wait(self, open_library: Opener, other: Library) -> None:
        """Where lookups degrade, a renewal that finds the writer taken is left for the next log-in; else it raises."""
        patient, strict = open_library(on_error="degrade", timeout=0), open_library(timeout=0)
        user = other.users.register("Ana")
        other.users.set_password_hash(user.id, OLD)
        with other.transaction():
            assert patient.users.authenticate("Ana", PASSWORD) == user
            with pytest.raises(Busy):
                strict.users.authenticate("Ana", PASSWORD)
        assert _hash(other, user) == OLD

    @rule("U-34")
    def test_logging_in_within_a_transaction(self, library: Library, other: Library) -> None:
        """In a transaction, who registers there can log in there, and is gone when it is undone; a hash is renewed."""
        with library.transaction() as tx:
            user = tx.users.register("Ana", PASSWORD)
            assert tx.users.authenticate("Ana", PASSWORD) == user
            tx.rollback()
        assert other.users.authenticate("Ana", PASSWORD) is None
        user = library.users.register("Ana")
        library.users.set_password_hash(user.id, OLD)
        with library.transaction(read_only=True) as tx, nothing_changes(other):
            assert tx.users.authenticate("Ana", PASSWORD) == user
        with library.transaction() as tx:
            assert tx.users.authenticate("Ana", PASSWORD) == user
        assert passwords.is_current(_hash(other, user))

    @rule("U-36")
    @pytest.mark.parametrize(
        "username", ["a\0b", "a\ud800b", "", "x" * 2_000], ids=["NUL", "surrogate", "empty", "long"]
    )
    def test_a_name_that_nobody_can_have(self, library: Library, username: str) -> None:
        """A name that no store could hold is nobody's: None, as for every other unknown one."""
        assert library.users.authenticate(username, "password") is None

    @rule("U-35")
    def test_a_hash_that_is_none(self, library: Library, other: Library) -> None:
        """A stored hash that is of no known form is `DataCorrupt` at log-in, which names the user and not the hash."""
        user = library.users.register("Ana")
        stored(library, Credential(user_id=user.id, password_hash=f"plain$${PASSWORD}"))
        with nothing_changes(other), pytest.raises(DataCorrupt, match=user.id) as told:
            library.users.authenticate("Ana", PASSWORD)
        _check_hidden(told.value, PASSWORD, "plain")


class Unreachable:
    """A store whose server is away."""

    def session(self, **how: object) -> object:
        """Fail."""
        raise LOST


def _hash(library: Library, user: User) -> str:
    with probing(library, read_only=True) as probe:
        credential = probe.get(Credential, user.id)
    assert credential is not None
    return credential.password_hash


def _check_hidden(error: KaraokePersistError, *secrets: str) -> None:
    """Fail if an error shows a secret, itself or as it travels between processes."""
    text = f"{error!r} {vars(error)} {pickle.dumps(error).decode('utf-8', 'replace')}"
    assert [each for each in secrets if each in text] == []


def _meanwhile(monkeypatch: pytest.MonkeyPatch, then: Callable[[], object]) -> None:
    """Do something each time a password has been hashed or verified, before anything else is done."""
    hash_it, verify_it = passwords.hashed, passwords.matches

    def hashed(password: bytes) -> str:
        made = hash_it(password)
        then()
        return made

    def matches(password_hash: str | None, password: bytes) -> bool:
        known = verify_it(password_hash, password)
        then()
        return known

    monkeypatch.setattr(passwords, "hashed", hashed)
    monkeypatch.setattr(passwords, "matches", matches)
