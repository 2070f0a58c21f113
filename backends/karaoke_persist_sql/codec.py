"""Between a model's values and the rows of its table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from pydantic_core import from_json

from karaoke_persist.errors import DataCorrupt
from karaoke_persist.models import FrozenDict, Kind, Record, fields_of, indexed_fields, key_fold
from karaoke_persist.models.json_values import EMPTY_OBJECT
from karaoke_persist_sql.decoding import row_decoder
from karaoke_persist_sql.dialect import Converter, SQLDialect, Undecodable
from karaoke_persist_sql.tables import late_fields

Row = tuple[Any, ...]
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode


def json_text(value: Any) -> str:
    """Compact JSON. Names are sorted, so that equal objects are equal text."""
    return (not value and _EMPTY.get(type(value))) or _to_json(value)


def json_value(text: str) -> Any:
    """The frozen value of a JSON text; raises `ValueError` for what is none."""
    return _frozen(from_json(text, allow_inf_nan=False))


def json_list(text: str) -> tuple[str, ...]:
    """The texts of a JSON array."""
    if text == "[]":
        return ()
    items = from_json(text)
    if type(items) is not list or not _ONLY_TEXT.issuperset(map(type, items)):
        raise ValueError("a JSON array of texts was expected")
    return tuple(items)


def json_object(text: str) -> FrozenDict:
    """The frozen object of a JSON text."""
    if text == "{}":
        return EMPTY_OBJECT
    value = from_json(text, allow_inf_nan=False)
    if type(value) is not dict:
        raise ValueError("a JSON object was expected")
    if "[" not in text and text.rfind("{") == 0:  # nearly always: nothing is nested
        return FrozenDict(value)
    return FrozenDict({name: _frozen(item) for name, item in value.items()})


def _frozen(value: Any) -> Any:
    kind = type(value)
    if kind is list:
        return tuple([_frozen(item) for item in value])
    if kind is dict:
        return FrozenDict({name: _frozen(item) for name, item in value.items()})
    return value


_ONLY_TEXT = frozenset({str})
_EMPTY: dict[type, str] = {tuple: "[]", dict: "{}", FrozenDict: "{}"}
JSON_ENCODERS: Mapping[Kind, Converter] = {Kind.LIST: json_text, Kind.OBJECT: json_text, Kind.JSON: json_text}
JSON_DECODERS: Mapping[Kind, Converter] = {Kind.LIST: json_list, Kind.OBJECT: json_object, Kind.JSON: json_value}


class Codec:
    """The rows of one model: made once, used for every row."""

    def __init__(self, model: type[Record], dialect: SQLDialect) -> None:
        self._model = model
        self._fields = {field.name: field for field in fields_of(model)}
        self._encoders = dialect.encoders
        self._decoders = {
            name: dialect.decoders[field.kind] for name, field in self._fields.items() if field.kind in dialect.decoders
        }
        self._names = tuple(self._fields)
        self.decode = row_decoder(model, self._decoders)
        self._key = self._names.index(model.integrity.key)
        self._folded = indexed_fields(model)
        self._late = late_fields(model)
        stored = tuple(name for name in self._names if name not in self._late) + self._late
        self._values_of = itemgetter(*stored)
        self._revision = stored.index("revision")
        self._encoded = tuple(
            (place, self._encoders[self._fields[name].kind])
            for place, name in enumerate(stored)
            if self._fields[name].kind in self._encoders
        )

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of a whole value, in the order that `decode` expects them."""
        return self._names

    def kind_of(self, name: str) -> Kind:
        """What kind of field a column holds."""
        return self._fields[name].kind

    # from values to rows

    def cell(self, name: str, value: Any) -> Any:
        """One field's value as a parameter."""
        encode = self._encoders.get(self._fields[name].kind)
        return value if encode is None or value is None else encode(value)

    def cells(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Named changes as columns, folds included."""
        cells = {name: self.cell(name, value) for name, value in changes.items()}
        for name in self._folded:
            if name in changes:
                cells[f"{name}_fold"] = fold_of(changes[name])
        return cells

    def row(self, value: Record, revision: int) -> Row:
        """A whole value as parameters, in the order of `tables.column_names`."""
        values = value.__dict__
        cells = list(self._values_of(values))
        cells[self._revision] = revision
        for place, encode in self._encoded:
            cell = cells[place]
            if cell is not None:
                cells[place] = encode(cell)
        end = len(cells) - len(self._late)
        cells[end:end] = [fold_of(values[name]) for name in self._folded]
        return tuple(cells)

    # from rows to values

    def decode_all(self, rows: Sequence[Row], report: Callable[[DataCorrupt], None]) -> list[Any]:
        """Values from rows, in order; one that cannot be decoded is reported and left out."""
        decode = self.decode
        try:
            return [decode(row) for row in rows]
        except (ValueError, TypeError, KeyError):
            return self._decode_each(self._names, rows, self.decode, self._key, report)

    def decode_fields(
        self, names: Sequence[str], rows: Sequence[Row], report: Callable[[DataCorrupt], None]
    ) -> list[Row]:
        """Chosen fields from rows that hold them, and the key behind them."""
        converters = [(place, self._decoders[name]) for place, name in enumerate(names) if name in self._decoders]

        def decode(row: Row) -> Row:
            cells = list(row[:-1])
            for place, convert in converters:
                if cells[place] is not None:
                    cells[place] = convert(cells[place])
            return tuple(cells)

        try:
            return [decode(row) for row in rows] if converters else [row[:-1] for row in rows]
        except (ValueError, TypeError, KeyError):
            key = self._model.integrity.key
            return self._decode_each((*names, key), rows, decode, len(names), report)

    def decode_cell(self, name: str, cell: Any) -> Any:
        """One field's value from its column."""
        convert = self._decoders.get(name)
        return cell if convert is None or cell is None else convert(cell)

    def without_broken_text(
        self, names: Sequence[str], rows: Sequence[Row], report: Callable[[DataCorrupt], None]
    ) -> list[Row]:
        """The rows whose text the driver could decode; the others are reported."""
        key = names.index(self._model.integrity.key) if self._model.integrity.key in names else None
        whole = []
        for row in rows:
            if Undecodable in map(type, row):
                report(self._problem(names, row, None if key is None else row[key]))
            else:
                whole.append(row)
        return whole

    def _decode_each(
        self,
        names: Sequence[str],
        rows: Sequence[Row],
        decode: Callable[[Row], Any],
        key: int,
        report: Callable[[DataCorrupt], None],
    ) -> list[Any]:
        decoded = []
        for row in rows:
            try:
                decoded.append(decode(row))
            except (ValueError, TypeError, KeyError) as error:
                corrupt = self._problem(names, row, row[key])
                corrupt.__cause__ = error
                report(corrupt)
        return decoded

    def _problem(self, names: Sequence[str], row: Row, key: Any) -> DataCorrupt:
        """Which field of a row cannot be decoded, and why."""
        shown_key = key.decode("utf-8", "backslashreplace") if isinstance(key, bytes) else key
        for name, cell in zip(names, row, strict=False):
            if type(cell) is Undecodable:
                return DataCorrupt(f"{self._model.__name__}.{name}", "its text is not UTF-8", shown_key)
            try:
                self.decode_cell(name, cell)
            except (ValueError, TypeError, KeyError) as error:
                return DataCorrupt(f"{self._model.__name__}.{name}", _told(error), shown_key)
        return DataCorrupt(self._model.__name__, "its row cannot be decoded", shown_key)


def fold_of(text: str | None) -> str | None:
    """The fold beside an indexed field."""
    return None if text is None else key_fold(text)


def _told(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is no value of its kind"
    return str(error) or type(error).__name__
