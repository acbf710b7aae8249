"""Readers of receipts keep to theirs, and the cases find one that does not."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl, urlencode

import pytest

from channels.callback_token import token
from channels.conformance import NonConformance
from channels.conformance_receipts import RECEIPT_CASES
from channels.receipts import Callback, Forged, Receipt, Unreadable
from channels.sms_twilio_receipts import TwilioReceipts

ORIGIN = "https://remind.example"
KEY = "auth-token-of-a-test"
RAW = {"accepted": "sent", "delivered": "delivered", "undelivered": "undelivered"}


def signed(path, fields):
    body = urlencode(fields).encode()
    text = ORIGIN + path + "".join(name + value for name, value in sorted(fields.items()))
    signature = base64.b64encode(hmac.new(KEY.encode(), text.encode(), hashlib.sha1).digest()).decode()
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return Callback(path, body, headers)


class TwilioReceiptHarness:
    is_timed = False
    secrets = (KEY,)

    def __init__(self, receipts=None):
        self.receipts = receipts or TwilioReceipts(ORIGIN, ["another", KEY])

    def callback(self, customer_id, attempt_id, status, at):
        path = f"/hooks/twilio/status/{token(customer_id, attempt_id)}"
        return signed(path, {"MessageSid": "SM" + "0" * 32, "MessageStatus": RAW[status]})


@pytest.mark.parametrize("case", RECEIPT_CASES)
def test_twilios_receipts_conform(case):
    RECEIPT_CASES[case](TwilioReceiptHarness())


def test_a_receipt_carries_the_providers_name_and_code():
    path = f"/hooks/twilio/status/{token('C-1', 'a-1')}"
    fields = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "failed", "ErrorCode": "30005"}
    told = TwilioReceiptHarness().receipts.read(signed(path, fields), 0)
    assert told == Receipt("C-1", "a-1", "undelivered", "SM" + "0" * 32, "30005")


@pytest.mark.parametrize(
    ("path", "fields", "why"),
    [
        ("/hooks/twilio/status/x", {"MessageSid": "SM" + "0" * 32, "MessageStatus": "sent"}, "address"),
        (f"/hooks/twilio/status/{token('C-1', 'a-1')}", {"MessageSid": "SM" + "0" * 32}, "MessageStatus"),
    ],
)
def test_a_signed_receipt_that_says_nothing_is_unreadable(path, fields, why):
    told = TwilioReceiptHarness().receipts.read(signed(path, fields), 0)
    assert isinstance(told, Unreadable)
    assert told.why.startswith(f"{why}: expected")


# --- what the cases find


class Wrong:
    def __init__(self):
        self.right, self.known = TwilioReceipts(ORIGIN, [KEY]), set()

    def read(self, callback, now):
        return self.right.read(callback, now)


class ReportsOnOneAttempt(Wrong):
    def read(self, callback, now):
        told = super().read(callback, now)
        return Receipt("C-1", "a-1", told.status) if isinstance(told, Receipt) else told


class RefusesWhatItHasSeen(Wrong):
    def read(self, callback, now):
        if callback.body in self.known:
            return Unreadable("seen before")
        self.known.add(callback.body)
        return super().read(callback, now)


class WantsThemInOrder(Wrong):
    def read(self, callback, now):
        self.known.add(b"delivered" in callback.body)
        if True in self.known and b"=sent" in callback.body:
            return Unreadable("overtaken")
        return super().read(callback, now)


class GrowsTired(Wrong):
    def read(self, callback, now):
        return super().read(callback, now) if now < 1_795_860_000_001 else Forged()


class Believes(Wrong):
    def read(self, callback, now):
        form = dict(parse_qsl(callback.body.decode(errors="replace")))
        return Receipt("C-1", "ct-0123456789abcdef0123.1", "delivered", form.get("MessageSid", ""))


class LooksAtTheBodyAlone(Wrong):
    def read(self, callback, now):
        return Receipt("C-2", "a-1", "delivered")


class Trips(Wrong):
    def read(self, callback, now):
        callback.headers["content-type"]
        return super().read(callback, now)


class ShowsItsKey(Wrong):
    def __repr__(self):
        return f"ShowsItsKey({KEY})"


WRONG = {
    "every_status_is_told_of_its_attempt": ReportsOnOneAttempt,
    "a_repeated_receipt_says_the_same": RefusesWhatItHasSeen,
    "an_order_turned_round_is_no_fault": WantsThemInOrder,
    "a_late_receipt_is_judged_by_its_signature": GrowsTired,
    "a_changed_receipt_is_forged": Believes,
    "a_receipt_moved_to_another_attempt_is_forged": LooksAtTheBodyAlone,
    "no_secret_is_shown": ShowsItsKey,
}


@pytest.mark.parametrize(("case", "reader"), WRONG.items(), ids=WRONG)
def test_a_wrong_reader_is_found(case, reader):
    with pytest.raises(NonConformance):
        RECEIPT_CASES[case](TwilioReceiptHarness(reader()))


def test_a_reader_that_trips_is_found():
    with pytest.raises(KeyError):
        RECEIPT_CASES["whatever_comes_is_answered"](TwilioReceiptHarness(Trips()))


def test_every_case_has_a_reader_that_it_finds():
    assert set(WRONG) | {"whatever_comes_is_answered"} == set(RECEIPT_CASES)
