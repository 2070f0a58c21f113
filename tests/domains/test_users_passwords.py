"""Hashes of passwords: which forms are known, and what each verifies."""

from __future__ import annotations

import hashlib

import argon2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karaoke_persist import InvalidValue
from karaoke_persist.operations import passwords

PASSWORD = "Þjóð & ça va"
WERKZEUG = (
    "scrypt:32768:8:1$Th6SZxxdBZgZJ94c$edb96a9f05f527e5fe31b3df0f9f567c682cdaa7a7c0a4acd8867c7af04de092"
    "5c5d493110184e916aef5b9d29f233f9c565b8e1633b83b4ba3c043ae2726368",
    "scrypt:16384:8:2$iEryZoCpd4YujeIv$c340878a8d520a94bdbbb55a46f4512187a5687bb3edd9974d0309b2bb6100d6"
    "a25189879e99f3e2a2d9dfd06fe3ad172f93b1d7370165b8b7342f1243b4ee5c",
    "pbkdf2:sha256:1000000$d3f3$14320814e54dc7aff2e856cc14ce633e2ae9872bcb525e06a6b5a3f4868f4db4",
    "pbkdf2:sha256:1000$vJiw$301dff98c277be792dcb826a6dc73338f81e97379945e2045598e35e09af6bc5",
    "pbkdf2:sha1:1000$yyK8$9056432072aa887401a9acc8eefdc8a0345ae155",
    "pbkdf2:sha512:1000$ngDMkyjXPijL1mfL$2573e713f5cb9ac48f0d92da2741961c2eead89d4787cf7eb5e1e8e5a03311c9"
    "ad36de33c46b3dfeb715b5c8272fc412a34bf56c6e92523692b3835aef0956a1",
    "pbkdf2:sha3_256:500$5OoOUQBU3ipx1muE$023f5b95e61e82e464c67537e26fe85b6751719dde810e7dbbe31c4f7f8c652d",
)
"""Made by Werkzeug 3 from the password."""


@pytest.mark.parametrize("password_hash", WERKZEUG)
def test_what_werkzeug_made_verifies(password_hash: str) -> None:
    """The password is right and another one wrong; none of them is current."""
    assert passwords.checked_hash(password_hash) == password_hash
    assert passwords.matches(password_hash, PASSWORD.encode())
    assert not passwords.matches(password_hash, PASSWORD.upper().encode())
    assert not passwords.is_current(password_hash)


@pytest.mark.parametrize("kind", argon2.Type)
def test_what_argon2_made_verifies(kind: argon2.Type) -> None:
    """Each of its kinds, at whatever cost; only argon2id at the cost of today is current."""
    made = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=kind).hash(PASSWORD)
    assert passwords.checked_hash(made) == made
    assert passwords.matches(made, PASSWORD.encode())
    assert not passwords.matches(made, b"wrong")
    assert not passwords.is_current(made)


def test_a_new_hash_is_current() -> None:
    """It is argon2id, verifies, and is another one each time."""
    one, two = passwords.hashed(PASSWORD.encode()), passwords.hashed(PASSWORD.encode())
    assert one != two
    for made in (one, two):
        assert argon2.extract_parameters(made).type is argon2.Type.ID
        assert passwords.is_current(made)
        assert passwords.matches(made, PASSWORD.encode())


def test_nobodys_hash_costs_what_a_new_one_does() -> None:
    """To verify against nobody is False, at the same cost: the parameters are the same."""
    assert passwords.matches(None, PASSWORD.encode()) is False
    assert argon2.extract_parameters(passwords._nobody()) == argon2.extract_parameters(passwords.hashed(b"x"))


def test_nobody_logs_in_as_nobody() -> None:
    """Even a password that fitted nobody's hash would be wrong."""
    found = passwords._nobody
    try:
        passwords._nobody = lambda: WERKZEUG[3]  # type: ignore[assignment]
        assert passwords.matches(None, PASSWORD.encode()) is False
    finally:
        passwords._nobody = found


DIGEST = "0a" * 32
SALT = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="$"), min_size=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PASSWORD,
        "md5$salt$0cc175b9c0f1b6a831c399e269772661",
        f"sha256$salt${DIGEST}",
        "plain$$secret",
        f"pbkdf2:sha256${DIGEST}",
        f"pbkdf2:sha256:1000${DIGEST}",
        f"pbkdf2:sha256:1000$$${DIGEST}",
        f"pbkdf2:sha256:1000$\ud800${DIGEST}",
        f"pbkdf2:sha256:1000$sa\x00lt${DIGEST}",
        f"pbkdf2:sha256:٣$salt${DIGEST}",
        f"pbkdf2:sha256:0$salt${DIGEST}",
        f"pbkdf2:sha256:10000001$salt${DIGEST}",
        f"pbkdf2:sha256:1000$salt${DIGEST.upper()}",
        f"pbkdf2:sha512:1000$salt${DIGEST}",
        f"pbkdf2:shake_128:1000$salt${DIGEST}",
        f"pbkdf2:nothing:1000$salt${DIGEST}",
        f"scrypt:16384:8:1$salt${DIGEST}",
        f"scrypt:16383:8:1$salt${DIGEST * 2}",
        f"scrypt:1:8:1$salt${DIGEST * 2}",
        f"scrypt:65536:1:1$salt${DIGEST * 2}",
        f"scrypt:1024:8:1024$salt${DIGEST * 2}",
        f"scrypt:16384:0:1$salt${DIGEST * 2}",
        f"scrypt:16777216:8:1$salt${DIGEST * 2}",
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$",
        "$argon2id$v=19$m=8,t=0,p=1$c29tZXNhbHRzb21l$c29tZWhhc2hzb21laGFzaHNvbWU",
        "$argon2id$v=19$m=8,t=1,p=2$c29tZXNhbHRzb21l$c29tZWhhc2hzb21laGFzaHNvbWU",
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lA$c29tZWhhc2hzb21laGFzaHNvbWU",
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$c29tZWhhc2hzb21laGFzaHNvbWU\n",
        "$argon2id$v=19$m=2097152,t=1,p=1$c29tZXNhbHRzb21l$c29tZWhhc2hzb21laGFzaHNvbWU",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    """They are `InvalidValue` when they are stored and, if they are found, a `ValueError`; neither shows them."""
    with pytest.raises(InvalidValue) as refused:
        passwords.checked_hash(text)
    with pytest.raises(ValueError) as found:
        passwords.matches(text, b"x")
    assert text == "" or text not in f"{refused.value} {found.value}"


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), SALT)
def test_only_the_same_password_matches(mine: str, theirs: str, salt: str) -> None:
    """Two passwords match when they are the same to the byte, whatever the salt."""
    digest = hashlib.pbkdf2_hmac("sha256", mine.encode(), salt.encode(), 1).hex()
    assert passwords.matches(f"pbkdf2:sha256:1${salt}${digest}", theirs.encode()) == (mine == theirs)


@pytest.mark.parametrize(("n", "r", "p"), [(2, 8, 1), (2, 1, 1), (16, 1, 64), (32768, 1, 1), (1024, 8, 16)])
def test_every_cost_that_is_possible_is_verified(n: int, r: int, p: int) -> None:
    """However small or lopsided it is."""
    digest = hashlib.scrypt(b"x", salt=b"salt", n=n, r=r, p=p, maxmem=2**28).hex()
    password_hash = passwords.checked_hash(f"scrypt:{n}:{r}:{p}$salt${digest}")
    assert (passwords.matches(password_hash, b"x"), passwords.matches(password_hash, b"y")) == (True, False)


@settings(deadline=None, max_examples=300)
@given(st.text())
def test_whatever_is_no_hash_is_refused(text: str) -> None:
    """No text makes the check fail with anything but `InvalidValue`."""
    with pytest.raises(InvalidValue):
        passwords.checked_hash(text)


@pytest.mark.parametrize(
    ("password", "fits"), [("x", True), ("x" * 1024, True), ("x" * 1025, False), ("é" * 513, False)]
)
def test_the_limit_is_in_bytes(password: str, fits: bool) -> None:
    """1,024 bytes of UTF-8 are a password, one more is not, and whoever tries it has a wrong one."""
    assert (passwords.attempted(password) is not None) == fits
    if fits:
        assert passwords.checked_password(password) == password.encode()
        return
    with pytest.raises(InvalidValue) as refused:
        passwords.checked_password(password)
    assert password[:5] not in str(refused.value)
