"""What sealing costs: one event from record to record through the lane's own decider, plain and sealed in turn.

`python -m tests.bench.sealing`. Both take the same customers through the same event, one after the other, so that whatever
else the machine does meets both; the medians are compared. In `sealed_cold` every key has to be unwrapped again.
"""

import time
from dataclasses import dataclass
from statistics import median

from dispatcher.engine.keeping import PLAIN, Keeper, Sealed
from dispatcher.engine.own_key import new_key
from dispatcher.engine.task_records import TaskWriter
from dispatcher.engine.turn import Decider, Turn
from schemas import inbox, topics
from schemas.master_keys import INBOX_WRITER, MasterKeys
from schemas.sealed import seal
from tests.bench.decision import NOW, SHADOW, policy
from tests.bench.medians import CUSTOMERS, ROUNDS, again, customer, heard

BARS = {"sealed_to_plain": 0.8}
_MASTERS = MasterKeys([b"m" * 32])


@dataclass
class Raw:
    """A record of the inbox."""

    key: bytes
    value: bytes
    partition: int = 0
    offset: int = 0


def _sealed(keys: dict[bytes, bytes]) -> Sealed:
    return Sealed(_MASTERS, keys, {_WRITER.id: _WRITER}.get, lambda: NOW)


_WRITER = new_key(_MASTERS, INBOX_WRITER, NOW)[0]


def costs() -> dict[str, float]:
    """Microseconds of an event, plain and sealed, and the throughput of sealed by plain."""
    rules = policy()
    customers = [customer(number, rules) for number in range(CUSTOMERS)]
    names = [f"C-{number}".encode() for number in range(CUSTOMERS)]
    events = [inbox.encode(heard(number, 99, NOW, again(number))) for number in range(CUSTOMERS)]
    first = _sealed({})
    plain = [PLAIN.record(name, each, None, 0) for name, each in zip(names, customers, strict=True)]
    closed = [first.record(name, each, None, 0) for name, each in zip(names, customers, strict=True)]
    keys = {name: record for name, record in first.take_keys() if record is not None}
    sealed_events = [
        seal(_WRITER, topics.INBOX, name, event, number.to_bytes(12, "big"))
        for number, (name, event) in enumerate(zip(names, events, strict=True))
    ]
    warm = _sealed(keys)
    decider = Decider(TaskWriter(lambda _, __: ""))
    spent: dict[str, list[int]] = {"plain": [], "sealed": [], "sealed_cold": []}
    for _ in range(ROUNDS):
        cold = _sealed(keys)
        for number, name in enumerate(names):
            ways: list[tuple[str, Keeper, bytes, bytes]] = [
                ("plain", PLAIN, plain[number], events[number]),
                ("sealed", warm, closed[number], sealed_events[number]),
                ("sealed_cold", cold, closed[number], sealed_events[number]),
            ]
            for way, keeper, record, event in ways:
                turn = Turn(NOW, rules, keeper)
                began = time.perf_counter_ns()
                decider.decide(turn, name, [Raw(name, event)], record, SHADOW)
                spent[way].append(time.perf_counter_ns() - began)
    medians = {f"{way}_us": round(median(each) / 1000, 2) for way, each in spent.items()}
    return medians | {"sealed_to_plain": round(medians["plain_us"] / medians["sealed_cold_us"], 3)}


def main() -> None:
    for name, value in costs().items():
        bar = f"  bar {BARS[name]}, {'met' if value >= BARS[name] else 'MISSED'}" if name in BARS else ""
        print(f"{name:18} {value:8.3f}{bar}")


if __name__ == "__main__":
    main()
