"""The root of the error tree, and how errors speak."""

from __future__ import annotations

import re
from typing import Any, Self

SHOWN_CHARACTERS = 80
_PASSWORD = re.compile(r"^(?P<start>[^/]*//[^:/?#]*):.*@", re.DOTALL)
_QUERY_SECRET = re.compile(r"(?i)([?&](?:password|passfile|sslpassword|sslkey)=)[^&]*")


class KaraokePersistError(Exception):
    """Anything this package raises on purpose.

    Subclasses take fields and make the sentence from them, so that a program can read the fields and a person the
    sentence.
    """

    retryable: bool = False
    """Whether doing the same again, in a fresh session, may succeed."""

    def __reduce__(self) -> tuple[Any, ...]:
        # The default would call the constructor with the finished sentence; errors also travel between processes.
        return _rebuild, (type(self), self.args, self.__dict__)

    @classmethod
    def _from_state(cls, args: tuple[Any, ...], state: dict[str, Any]) -> Self:
        error = cls.__new__(cls, *args)
        error.args = args
        error.__dict__.update(state)
        return error


def _rebuild(kind: type[KaraokePersistError], args: tuple[Any, ...], state: dict[str, Any]) -> KaraokePersistError:
    return kind._from_state(args, state)


def shown(value: object) -> str:
    """A value as a sentence can carry it: its repr, cut to fit on a line."""
    try:
        text = repr(value)
    except Exception:  # a hostile __repr__ must not hide the error that is being told
        text = f"<{type(value).__name__}>"
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def redacted(url: str) -> str:
    """The URL without its password; of one that is malformed, rather too much is taken out than too little."""
    return _QUERY_SECRET.sub(r"\1***", _PASSWORD.sub(r"\g<start>:***@", url))
