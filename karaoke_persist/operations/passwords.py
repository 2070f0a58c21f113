"""Hashes of passwords: argon2id for new ones, and the forms that older applications have left.

Neither a password nor a hash is shown by anything here: errors say `***`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final

from karaoke_persist.errors import InvalidValue
from karaoke_persist.models.record import NOT_SHOWN

if TYPE_CHECKING:
    from argon2 import PasswordHasher

PASSWORD_BYTES: Final = 1_024
_TIME, _MEMORY, _LANES, _SALT, _DIGEST = 2, 19_456, 1, 16, 32
"""What OWASP recommends for argon2id: 19 MiB, so that a small machine behind a bar can do it too."""
_MOST_MEMORY: Final = 2**30
_MOST_ROUNDS: Final = 10_000_000

_ARGON2 = re.compile(
    r"\$argon2(?:id|i|d)\$v=(?:16|19)\$m=(?P<memory>[0-9]{1,8}),t=(?P<time>[0-9]{1,3}),p=(?P<lanes>[0-9]{1,3})"
    r"\$(?P<salt>[A-Za-z0-9+/]+)\$(?P<digest>[A-Za-z0-9+/]+)"
)
_REST: Final = r"\$(?P<salt>[!-#%-~]+)\$(?P<digest>[0-9a-f]+)"
_SCRYPT = re.compile(r"scrypt:(?P<n>[0-9]{1,8}):(?P<r>[0-9]{1,3}):(?P<p>[0-9]{1,3})" + _REST)
_PBKDF2 = re.compile(r"pbkdf2:(?P<name>[a-z0-9_]+):(?P<rounds>[0-9]{1,9})" + _REST)
_PBKDF2_DIGESTS: Final = frozenset(
    name for name in hashlib.algorithms_guaranteed if name.startswith("sha") and not name.startswith("shake")
)

Verifier = Callable[[bytes], bool]
"""Says whether a password is the one of a hash."""


def checked_password(password: object) -> bytes:
    """A password that somebody chooses, as it is hashed. One that nobody could log in with is `InvalidValue`."""
    if not isinstance(password, str):
        raise InvalidValue("password", NOT_SHOWN, "a text is expected")
    if not password:
        raise InvalidValue("password", NOT_SHOWN, "it must not be empty; who has no password cannot log in")
    encoded = attempted(password)
    if encoded is None:
        problem = f"it must be proper Unicode, and at most {PASSWORD_BYTES} bytes in UTF-8"
        raise InvalidValue("password", NOT_SHOWN, problem)
    return encoded


def attempted(password: str | None) -> bytes | None:
    """A password that somebody tries, or None if it is nobody's."""
    if password is not None and not isinstance(password, str):
        raise InvalidValue("password", NOT_SHOWN, "a text is expected")
    try:
        encoded = (password or "").encode()
    except UnicodeEncodeError:
        return None
    return encoded if 0 < len(encoded) <= PASSWORD_BYTES else None


def hashed(password: bytes) -> str:
    """The hash of a password, with a salt of its own. Takes a good part of a tenth of a second, on purpose."""
    return _hasher().hash(password)


def matches(password_hash: str | None, password: bytes) -> bool:
    """Whether a password is the one of a hash. Without a hash it is not, and finding that out takes as long.

    A hash of an unknown form is a `ValueError`, which does not show it.
    """
    verify = verifier_of(_nobody() if password_hash is None else password_hash)
    if verify is None:
        raise ValueError("it is no hash of a known form")
    return verify(password) and password_hash is not None


def is_current(password_hash: str) -> bool:
    """Whether a new hash would be made the same way."""
    return _ARGON2.fullmatch(password_hash) is not None and not _hasher().check_needs_rehash(password_hash)


def checked_hash(password_hash: object) -> str:
    """A hash that was made elsewhere. One of an unknown form is `InvalidValue`."""
    if not isinstance(password_hash, str) or verifier_of(password_hash) is None:
        raise InvalidValue(
            "Credential.password_hash",
            NOT_SHOWN,
            "a hash is expected as argon2 writes it ($argon2id$…), or Werkzeug (scrypt:N:r:p$…, pbkdf2:sha256:N$…)",
        )
    return password_hash


def verifier_of(password_hash: str) -> Verifier | None:
    """What verifies a password against this hash, or None if its form is unknown or its cost beyond reason."""
    for form, verifier in ((_ARGON2, _argon2), (_SCRYPT, _scrypt), (_PBKDF2, _pbkdf2)):
        found = form.fullmatch(password_hash)
        if found is not None:
            return verifier(found)
    return None


def _argon2(found: re.Match[str]) -> Verifier | None:
    memory, rounds, lanes = (int(found[name]) for name in ("memory", "time", "lanes"))
    affordable = rounds > 0 and lanes > 0 and 8 * lanes <= memory <= _MOST_MEMORY // 1024
    if not affordable or _bytes_in(found["salt"]) < 8 or _bytes_in(found["digest"]) < 16:
        return None
    return lambda password: _argon2_matches(found[0], password)


def _argon2_matches(password_hash: str, password: bytes) -> bool:
    from argon2.exceptions import VerifyMismatchError

    try:
        return _hasher().verify(password_hash, password)
    except VerifyMismatchError:
        return False


def _scrypt(found: re.Match[str]) -> Verifier | None:
    n, r, p = (int(found[name]) for name in ("n", "r", "p"))
    salt, digest, cost = found["salt"].encode(), found["digest"], 128 * n * r * p
    possible = 1 < n < 2 ** (16 * r) and n & (n - 1) == 0  # RFC 7914, section 2
    if not (possible and 0 < cost <= _MOST_MEMORY and len(digest) == 128):
        return None
    room = 2 * cost + 2**20
    return lambda password: _same(hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=room), digest)


def _pbkdf2(found: re.Match[str]) -> Verifier | None:
    name, rounds = found["name"], int(found["rounds"])
    salt, digest = found["salt"].encode(), found["digest"]
    if name not in _PBKDF2_DIGESTS or not 0 < rounds <= _MOST_ROUNDS:
        return None
    if len(digest) != 2 * hashlib.new(name).digest_size:
        return None
    return lambda password: _same(hashlib.pbkdf2_hmac(name, password, salt, rounds), digest)


def _same(made: bytes, digest: str) -> bool:
    return hmac.compare_digest(made.hex(), digest)


def _bytes_in(text: str) -> int:
    """How many bytes an unpadded base64 text stands for; 0 if it is not how they are written."""
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return 0
    return len(decoded) if _unpadded(decoded) == text else 0


def _unpadded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_TIME, memory_cost=_MEMORY, parallelism=_LANES, hash_len=_DIGEST, salt_len=_SALT)


@cache
def _nobody() -> str:
    """A hash in the current form that belongs to no password: to verify against it costs what any other does."""
    cost = f"m={_MEMORY},t={_TIME},p={_LANES}"
    return f"$argon2id$v=19${cost}${_unpadded(bytes(_SALT))}${_unpadded(bytes(_DIGEST))}"
