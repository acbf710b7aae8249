"""Who reads what providers tell later: the readers of named adapters, and of no others."""

import pytest

from channels.accounts import WebhookConfig
from channels.offers import INTERFACE, Offer
from channels.receipt_readers import readers
from channels.registry import Accounts, RegistryProblems
from channels.webhook_receipts import WebhookReceipts

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
UNDER = "https://pay.example/hooks/adapters"


class Point:
    """An entry point of an installed package."""

    value, dist = "acme_sms:OFFER", None

    def __init__(self, offered, name="acme"):
        self.name, self._offered = name, offered

    def load(self):
        return self._offered


class Reader:
    def __init__(self, address, options):
        self.address, self.options = address, options


def refused(address, options):
    raise ValueError("expected DISPATCHER_ADAPTER_ACME_TOKEN")


def offering(receipts, interface=INTERFACE):
    return lambda: [Point(Offer(interface, ("sms",), make=None, receipts=receipts))]


def no_look():
    raise AssertionError("nobody was named who is installed")


def test_the_webhook_has_one():
    accounts = Accounts(webhook=WebhookConfig("http://127.0.0.1:9", SECRET))
    found = readers(["webhook"], accounts, None, no_look)
    assert isinstance(found["webhook"], WebhookReceipts)


@pytest.mark.parametrize("name", ["twilio", "smtp", "console", "file", "apprise", "webhook"])
def test_other_built_in_adapters_and_a_webhook_without_a_receiver_have_none(name):
    assert readers([name], Accounts(), UNDER, no_look) == {}


def test_that_of_an_installed_adapter_knows_its_address_and_its_options():
    accounts = Accounts(options={"acme": {"token": "t"}, "other": {"token": "o"}})
    reader = readers(["acme"], accounts, UNDER, offering(Reader))["acme"]
    assert (reader.address, reader.options) == (f"{UNDER}/acme", {"token": "t"})


def test_an_installed_adapter_whose_provider_tells_nothing_has_none():
    assert readers(["acme"], Accounts(), UNDER, offering(None)) == {}


def test_without_an_address_of_ours_no_installed_reader_is_made():
    assert readers(["acme"], Accounts(), None, no_look) == {}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (list, "adapter acme is announced by no installed package"),
        (offering(Reader, interface=99), "adapter acme is written for interface 99"),
        (offering(refused), "adapter acme: expected DISPATCHER_ADAPTER_ACME_TOKEN"),
    ],
)
def test_what_cannot_be_used_is_said(found, said):
    told = readers(["acme"], Accounts(), UNDER, found)
    assert isinstance(told, RegistryProblems)
    assert told.sentences[0].startswith(said)
