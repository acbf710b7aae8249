"""The link to the customer's own page: in every mail where there is an address and a secret, and nowhere else."""

from html.parser import HTMLParser

import pytest

from dispatcher.messages.page_link import MOST_INVOICES, PageLinks, links_of
from dispatcher.messages.rendering import Templates
from dispatcher.settings.secret import Secret
from schemas.links import CustomerLink, LinkedInvoice, Seal
from tests.messages.samples import PHASES, THREE, claim, invoice

SECRET = "a secret of sixteen"
LINKED = Templates(pages=PageLinks("https://reminders.example", SECRET))


def mail(policy, message="first_contact", **fields):
    return LINKED.render(claim("email", message, **fields), policy)


def carried(message) -> CustomerLink:
    """What the link of a mail carries."""
    start, _, token = message.unsubscribe_url.rpartition("/")
    assert start == "https://reminders.example/u"
    return Seal(SECRET).open(token, 1_000_000)


def links_in(html: str) -> list[str]:
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.extend(value for name, value in attributes if name == "href")
    parser.feed(html)
    return found


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN", "es-ES"])
@pytest.mark.parametrize("message", PHASES)
def test_every_mail_shows_its_page_in_text_and_html(policy, message, locale):
    sent = mail(policy, message, locale=locale)
    assert sent.unsubscribe_url in sent.text.split()
    assert sent.unsubscribe_url in links_in(sent.html)


def test_the_link_carries_whom_and_what_the_mail_is_about(policy):
    assert carried(mail(policy)) == CustomerLink(
        "C-1",
        "c1",
        "email",
        "ana@customer.example",
        "Northwind",
        "en-GB",
        1_000_000,
        (LinkedInvoice("I-0", "2026-110", 124_900, "GBP"),),
    )


def test_the_same_claim_has_the_same_link(policy):
    again = Templates(pages=PageLinks("https://reminders.example/", SECRET))
    assert again.render(claim("email"), policy) == mail(policy)


def test_a_link_names_the_first_invoices_of_many(policy):
    many = tuple(invoice(number) for number in range(40))
    assert len(carried(mail(policy, invoices=many)).invoices) <= MOST_INVOICES


def test_neither_credit_notes_nor_instalments_are_named(policy):
    said = (*THREE[:1], invoice(3, kind="credit_note", amount_due=900), invoice(4, plan="PL-1"))
    assert [each.invoice_id for each in carried(mail(policy, invoices=said)).invoices] == ["I-0"]


def test_an_sms_carries_no_link(policy):
    sent = LINKED.render(claim("sms"), policy)
    assert (sent.unsubscribe_url, "/u/" in sent.text) == (None, False)


def test_a_caller_is_given_no_link(policy):
    assert "/u/" not in LINKED.script(claim("call_task"), policy)


def test_without_links_a_mail_says_what_it_always_said(templates, policy):
    sent = templates.render(claim("email"), policy)
    assert (sent.unsubscribe_url, "own page" in sent.text + sent.html) == (None, False)


def test_a_customer_id_without_end_gets_a_mail_without_a_link(policy):
    sent = mail(policy, customer_id="客" * 200)
    assert (sent.unsubscribe_url, "own page" in sent.text) == (None, False)


@pytest.mark.parametrize(("address", "secret"), [(None, Secret(SECRET)), ("https://reminders.example", None)])
def test_there_are_no_links_without_an_address_and_a_secret(address, secret):
    assert links_of(address, secret) is None
