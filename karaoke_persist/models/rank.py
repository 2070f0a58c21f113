"""Order keys: text whose order is that of a list, with room between any two for another.

A key is a fraction written in base 36 with the digits 0-9a-z, the point left out, and never ends in 0; larger alphabets
would not sort the same in every database. About five insertions at one and the same place make a key one digit longer;
appending counts a number of fixed width up instead, so that it does not grow. The idea is fractional indexing: Evan
Wallace, "Realtime editing of ordered sequences", Figma, 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Final

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGEST: Final = 120
"""Characters; beyond them the list is spread anew."""
_BASE: Final = len(DIGITS)
_WIDTH: Final = 8
_STEP: Final = _BASE**3
_MIDDLE: Final = _BASE**_WIDTH // 2


def after(last: str | None) -> str:
    """A key behind the last of a list, or for the first entry of an empty one."""
    if last is None:
        return _counted(_MIDDLE)
    number = _number(last) + _STEP
    return _counted(number) if number < _BASE**_WIDTH else between(last, None)


def before(first: str | None) -> str:
    """A key in front of the first of a list, or for the first entry of an empty one."""
    if first is None:
        return _counted(_MIDDLE)
    number = _number(first) - _STEP
    return _counted(number) if number > 0 else between(None, first)


def between(low: str | None, high: str | None) -> str:
    """A key between two keys, half-way in the first digit with room; None is the beginning or the end of all."""
    if low is not None and high is not None and low >= high:
        raise ValueError(f"there is no key between {low!r} and {high!r}: they are not in order")
    digits: list[str] = []
    for place in count():
        least = _digit(low, place, 0)
        most = _BASE if high is None else _digit(high, place, _BASE)
        if most - least > 1:
            digits.append(DIGITS[(least + most) // 2])
            break
        digits.append(DIGITS[least])
        if most != least:
            high = None  # from here on anything above `low` is below `high`
    return "".join(digits)


def many(low: str | None, high: str | None, number: int) -> list[str]:
    """So many keys in order between two keys: counted at either end of a list, halving in the middle."""
    if high is None:
        return _repeated(after, low, number)
    if low is None:
        return _repeated(before, high, number)[::-1]
    return _halving(low, high, number)


def spread(number: int) -> Iterator[str]:
    """So many keys in order, with the same room between any two."""
    first = _MIDDLE - number // 2 * _STEP
    return (_counted(first + place * _STEP) for place in range(number))


def _repeated(step: Callable[[str | None], str], key: str | None, number: int) -> list[str]:
    keys = []
    for _ in range(number):
        key = step(key)
        keys.append(key)
    return keys


def _halving(low: str, high: str, number: int) -> list[str]:
    if number == 0:
        return []
    middle, left = between(low, high), (number - 1) // 2
    return [*_halving(low, middle, left), middle, *_halving(middle, high, number - 1 - left)]


def _digit(key: str | None, place: int, beyond: int) -> int:
    return DIGITS.index(key[place]) if key is not None and place < len(key) else beyond


def _number(key: str) -> int:
    return int(key[:_WIDTH].ljust(_WIDTH, "0"), _BASE)


def _counted(number: int) -> str:
    """A number of fixed width as a key, without the zeros at its end, in front of which nothing would fit."""
    digits = []
    for _ in range(_WIDTH):
        number, digit = divmod(number, _BASE)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits)).rstrip("0")
