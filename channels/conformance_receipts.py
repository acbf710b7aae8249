"""What every reader of receipts must do, as cases; see `channels.conformance`.

Receipts are the one thing that strangers can send us at will. A reader believes none that its provider did not sign, says
the same of a repeated one, and gets over whatever comes.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from channels.conformance import NonConformance
from channels.receipts import Callback, Forged, Receipt, Receipts, ReceiptStatus, Unreadable
from schemas.values import Millis

NOW: Final[Millis] = 1_795_860_000_000
_DAY: Final[Millis] = 86_400_000
_NAMES: Final = ("C-1", "ct-0123456789abcdef0123.1")
_ANSWERS: Final = (Receipt, Forged, Unreadable)


class ReceiptHarness(Protocol):
    """A reader, and a provider that signs for it.

    `is_timed`: a signature has its time in it, and grows old.
    """

    @property
    def receipts(self) -> Receipts:
        """The reader under test."""
        ...

    @property
    def is_timed(self) -> bool:
        """Whether an old signature is refused."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """What `repr` must not hold."""
        ...

    def callback(self, customer_id: str, attempt_id: str, status: ReceiptStatus, at: Millis) -> Callback:
        """What the provider sends at `at` (milliseconds since the epoch) about an attempt."""
        ...


ReceiptCase = Callable[[ReceiptHarness], None]


def every_status_is_told_of_its_attempt(harness: ReceiptHarness) -> None:
    """A receipt names the attempt that it was sent with, and what became of it."""
    statuses: tuple[ReceiptStatus, ...] = ("accepted", "delivered", "undelivered")
    for status in statuses:
        told = harness.receipts.read(harness.callback(*_NAMES, status, NOW), NOW)
        is_right = isinstance(told, Receipt) and (told.customer_id, told.attempt_id, told.status) == (*_NAMES, status)
        _expect(is_right, f"Receipt of the attempt, {status}", told)


def a_repeated_receipt_says_the_same(harness: ReceiptHarness) -> None:
    """Reading changes nothing."""
    callback = harness.callback(*_NAMES, "delivered", NOW)
    first, second = (harness.receipts.read(callback, NOW) for _ in range(2))
    _expect(first == second, "the same receipt twice", (first, second))


def an_order_turned_round_is_no_fault(harness: ReceiptHarness) -> None:
    """A receipt that was overtaken is read like any other."""
    earlier, later = (harness.callback(*_NAMES, status, NOW) for status in _BACKWARDS)
    told = [harness.receipts.read(each, NOW) for each in (later, earlier)]
    _expect(all(isinstance(each, Receipt) for each in told), "two receipts", told)


def a_late_receipt_is_judged_by_its_signature(harness: ReceiptHarness) -> None:
    """A day later a timed signature is refused, an untimed one is as good as ever."""
    told = harness.receipts.read(harness.callback(*_NAMES, "delivered", NOW), NOW + _DAY)
    expected = Forged if harness.is_timed else Receipt
    _expect(isinstance(told, expected), expected.__name__, told)


def a_changed_receipt_is_forged(harness: ReceiptHarness) -> None:
    """Neither body nor address nor any header can be changed without notice."""
    callback = harness.callback(*_NAMES, "delivered", NOW)
    unsigned = {"content-type": callback.headers.get("content-type", "")}
    changed = [
        replace(callback, body=callback.body.replace(b"delivered", b"undelivered")),
        replace(callback, body=callback.body + b"&a=b"),
        replace(callback, headers=unsigned),
        *(
            replace(callback, headers={**callback.headers, name: value[:-2] + "x="})
            for name, value in callback.headers.items()
            if "signature" in name
        ),
    ]
    told = [harness.receipts.read(each, NOW) for each in changed]
    _expect(all(isinstance(each, Forged) for each in told), "Forged, each", told)


def a_receipt_moved_to_another_attempt_is_forged(harness: ReceiptHarness) -> None:
    """The signature of one attempt's receipt is no good for another's."""
    callback, other = (harness.callback(customer, "a-1", "delivered", NOW) for customer in ("C-1", "C-2"))
    moved = replace(other, headers=callback.headers)
    told = harness.receipts.read(moved, NOW)
    _expect(isinstance(told, Forged), "Forged", told)


def whatever_comes_is_answered(harness: ReceiptHarness) -> None:
    """No request is a fault."""
    callback = harness.callback(*_NAMES, "delivered", NOW)
    odd = [
        Callback("", b"", {}),
        Callback("/\ud800", b"\xff", {"content-type": "application/json"}),
        replace(callback, path_and_query="//["),
        replace(callback, body=b"\xff\xfe"),
        *(replace(callback, headers={**callback.headers, name: "\u00fc"}) for name in callback.headers),
    ]
    for each in odd:
        told = harness.receipts.read(each, NOW)
        _expect(isinstance(told, _ANSWERS), "Receipt, Forged or Unreadable", told)


def no_secret_is_shown(harness: ReceiptHarness) -> None:
    """Neither the reader nor what it reads shows what it verifies with."""
    callback = harness.callback(*_NAMES, "delivered", NOW)
    shown = repr((harness.receipts, callback, harness.receipts.read(callback, NOW)))
    _expect(not any(secret in shown for secret in harness.secrets), "no secret shown", "a text that holds one")


RECEIPT_CASES: Final[dict[str, ReceiptCase]] = {
    case.__name__: case
    for case in (
        every_status_is_told_of_its_attempt,
        a_repeated_receipt_says_the_same,
        an_order_turned_round_is_no_fault,
        a_late_receipt_is_judged_by_its_signature,
        a_changed_receipt_is_forged,
        a_receipt_moved_to_another_attempt_is_forged,
        whatever_comes_is_answered,
        no_secret_is_shown,
    )
}
"""Every case by its name."""

_BACKWARDS: Final[tuple[ReceiptStatus, ReceiptStatus]] = ("accepted", "delivered")


def _expect(holds: bool, expected: str, got: object) -> None:  # noqa: FBT001 - a judgement is a truth value
    if not holds:
        raise NonConformance(f"expected {expected}, got {got!r}")
