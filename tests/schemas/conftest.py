"""Makes records of any model from its own types, so that laws are tested on more than the examples."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import strategies as st
from msgspec import inspect

_TEXT = st.text(st.characters(codec="utf-8"), max_size=5)
_INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - of UTC


@pytest.fixture(scope="session")
def records_of() -> Callable[[type[msgspec.Struct]], st.SearchStrategy]:
    return lambda model: _values(inspect.type_info(model))


def _values(shape: inspect.Type) -> st.SearchStrategy:
    match shape:
        case inspect.Metadata():
            return _values(shape.type)
        case inspect.StructType():
            return st.builds(shape.cls, **{field.name: _values(field.type) for field in shape.fields})
        case inspect.UnionType():
            return st.one_of([_values(member) for member in shape.types])
        case inspect.VarTupleType():
            return st.lists(_values(shape.item_type), max_size=1).map(tuple)
        case inspect.TupleType():
            return st.tuples(*(_values(item) for item in shape.item_types))
        case inspect.DictType():
            return st.dictionaries(_values(shape.key_type), _values(shape.value_type), max_size=1)
        case inspect.LiteralType():
            return st.sampled_from(shape.values)
        case _:
            return _PLAIN[type(shape)]


_PLAIN = {
    inspect.StrType: _TEXT,
    inspect.IntType: st.integers(-(2**53), 2**53),
    inspect.FloatType: st.floats(allow_nan=False, allow_infinity=False),
    inspect.BoolType: st.booleans(),
    inspect.BytesType: st.binary(max_size=24),
    inspect.DateTimeType: _INSTANTS,
    inspect.NoneType: st.none(),
}
