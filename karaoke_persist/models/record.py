"""The base of every stored value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from typing import Any, ClassVar, Final, Self, get_type_hints

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, TypeAdapter, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from karaoke_persist.errors import InvalidValue
from karaoke_persist.models.fields import Field, Integer, Kind, describe
from karaoke_persist.models.integrity import Integrity
from karaoke_persist.models.json_values import same_json, thaw

_new = object.__new__
# The slots of a pydantic value, written to directly: every value of every page is made through these.
_set_values, _set_given, _set_extra, _set_private = (
    vars(BaseModel)[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)
_SCALARS = frozenset({str, int, float, bool, type(None)})
NOT_SHOWN: Final = "***"
"""What is shown in place of a field that is declared with `repr=False`."""


class Record(BaseModel):
    """A frozen, validated value with a key and a revision.

    Names are accepted in snake_case and camelCase. A value that does not fit raises `InvalidValue`. `revision` is 0
    until the value is stored, and rises by one at each update that changes something.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )

    integrity: ClassVar[Integrity]

    revision: Integer = 0

    @model_validator(mode="wrap")
    @classmethod
    def _with_typed_errors(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            raise _invalid(cls, error) from None

    @property
    def key(self) -> str:
        """The value of the key field."""
        key: str = self.__dict__[self.integrity.key]
        return key

    @property
    def given(self) -> frozenset[str]:
        """The fields that were given when the value was made: these an upsert writes over an existing row."""
        given = frozenset(self.model_fields_set) - unchangeable_fields(type(self))
        derived = self.integrity.derived
        return given.union(each.field for each in derived if each.of in given) if derived else given

    @classmethod
    def trusted(cls, values: dict[str, Any], given: Set[str] | None = None) -> Self:
        """Build without validating, from a value for every field that is already right. For rows read from a store."""
        made = _new(cls)
        _set_values(made, values)
        _set_given(made, field_names(cls) if given is None else given)
        _set_extra(made, None)
        _set_private(made, None)
        return made

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:  # noqa: ARG002
        """A copy with some fields changed, checked like any other value; what cannot change need not be copied deep."""
        spellings = _spellings(type(self))
        given = {name: self.__dict__[name] for name in self.model_fields_set}
        changes = {spellings.get(name, name): value for name, value in (update or {}).items()}
        return type(self)(**{**given, **changes})

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:  # type: ignore[override]
        """The same as calling the class: what was not checked must not reach a store."""
        return cls(**values)

    def replaced(self, changes: Mapping[str, Any]) -> Self:
        """A copy with some fields changed, the changes already checked."""
        return self.trusted({**self.__dict__, **changes}, self.__pydantic_fields_set__)

    def differing(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the changes that change something."""
        own = self.__dict__
        return {name: value for name, value in changes.items() if not same_json(own[name], value)}

    def revised(self, changes: Mapping[str, Any]) -> Self:
        """The row as a write of these changes leaves it: one revision on, or the very same if nothing differs.

        What the library maintains itself has no say in the revision.
        """
        differing = self.differing(changes)
        if not differing:
            return self
        risen = 0 if self.integrity.maintains(differing) else 1
        return self.replaced({**differing, "revision": self.revision + risen})

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Only what says something: of forty fields most are empty."""
        for name, info in type(self).model_fields.items():
            value = self.__dict__[name]
            if info.repr and (info.is_required() or value != info.default):
                yield name, value

    def to_dict(self) -> dict[str, Any]:
        """A camelCase dictionary of plain copies, ready for JSON; times are ISO 8601 text in UTC."""
        values = self.__dict__
        return {
            alias: value if type(value := values[name]) in _SCALARS else _plain(value)
            for name, alias in aliases(type(self))
        }

    def to_json(self) -> bytes:
        """The same dictionary as JSON, several times faster than by way of the dictionary."""
        return self.__pydantic_serializer__.to_json(self, by_alias=True)

    @classmethod
    def checked(cls, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Named changes, in either spelling, as stored values. Unknown or unchangeable names are `InvalidValue`."""
        return checked_fields(cls, named_fields(cls, changes))

    @classmethod
    def checked_changes(cls, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The same with what is derived from them."""
        checked = cls.checked(changes)
        return {**checked, **cls.integrity.derive(checked)}


@cache
def fields_of(model: type[Record]) -> tuple[Field, ...]:
    """The fields of a model in their declared order."""
    return describe(model)


@cache
def field_of(model: type[Record], name: str) -> Field:
    """One field of a model by its snake_case name; an unknown name is `InvalidValue`."""
    for field in fields_of(model):
        if field.name == name:
            return field
    raise InvalidValue(model.__name__, name, _no_such_field(model, name))


@cache
def field_names(model: type[Record]) -> frozenset[str]:
    """The snake_case names of a model's fields."""
    return frozenset(model.model_fields)


@cache
def indexed_fields(model: type[Record]) -> tuple[str, ...]:
    """The names of the fields that have a fold beside them."""
    return tuple(field.name for field in fields_of(model) if field.kind is Kind.INDEXED)


@cache
def unchangeable_fields(model: type[Record]) -> frozenset[str]:
    """The fields that are not a host's to change: the key, the revision, what the library maintains or derives."""
    integrity = model.integrity
    derived = (each.field for each in integrity.derived)
    return frozenset((integrity.key, "revision", *integrity.maintained, *derived))


@cache
def aliases(model: type[Record]) -> tuple[tuple[str, str], ...]:
    """Pairs of snake_case and camelCase name, in declared order, of all fields but secret ones."""
    return tuple((name, info.alias or name) for name, info in model.model_fields.items() if info.repr)


def named_fields(model: type[Record], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Translate camelCase names and refuse unknown ones, the key, the revision, and a name given in both spellings."""
    if not isinstance(changes, Mapping):
        raise InvalidValue(model.__name__, changes, "a mapping from field to value is expected, such as {'year': 1997}")
    spellings = _spellings(model)
    named: dict[str, Any] = {}
    for given, value in changes.items():
        name = spellings.get(given) or field_of(model, given).name
        if name in unchangeable_fields(model):
            raise InvalidValue(
                f"{model.__name__}.{name}", value, "this field is not the host's to change; leave it out"
            )
        if name in named:
            raise InvalidValue(f"{model.__name__}.{name}", value, "the field is named twice; name it once")
        named[name] = value
    return named


@cache
def _spellings(model: type[Record]) -> dict[str, str]:
    fields = model.model_fields.items()
    return {spelling: name for name, info in fields for spelling in (info.alias or name, name)}


@cache
def _adapter(model: type[Record], name: str) -> TypeAdapter[Any]:
    # The annotation as written: `model_fields` has taken it apart.
    return TypeAdapter(get_type_hints(model, include_extras=True)[name])


def checked_fields(model: type[Record], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields by their own names, whichever they are, as stored values."""
    return {name: _checked(model, name, value) for name, value in fields.items()}


def _checked(model: type[Record], name: str, value: Any) -> Any:
    try:
        return _adapter(model, name).validate_python(value)
    except ValidationError as error:
        raise _invalid(model, error, name) from None


def _invalid(model: type[BaseModel], error: ValidationError, field: str | None = None) -> InvalidValue:
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in ([field] if field else []) + list(first["loc"]))
    if first["type"] == "extra_forbidden":
        return InvalidValue(f"{model.__name__}.{place}", first["input"], _no_such_field(model, place))
    problem = first["msg"].removeprefix("Value error, ")
    info = model.model_fields.get(place)
    value = first["input"] if info is None or info.repr else NOT_SHOWN
    return InvalidValue(f"{model.__name__}.{place}" if place else model.__name__, value, problem)


def _no_such_field(model: type[BaseModel], name: str) -> str:
    close = get_close_matches(name, list(model.model_fields), n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"{model.__name__}.model_fields lists those there are"
    return f"there is no such field; {hint}"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else thaw(value)
