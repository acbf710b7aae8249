"""Adapters of other packages: a real, tiny distribution on the path, with its entry points."""

import sys

import pytest

from channels.offers import INTERFACE, Unusable, announced, offer
from channels.registry import Accounts, RegistryProblems, build

MODULE = '''
"""An adapter of somebody else."""

from channels.fake import FakeAdapter
from channels.offers import Offer


class Acme(FakeAdapter):
    name = "acme"


def make(channel, options):
    if "token" not in options:
        raise ValueError("expected DISPATCHER_ADAPTER_ACME_TOKEN")
    return Acme(channel)


OFFER = Offer(interface={interface}, channels=("sms",), make=make)
LIAR = Offer(interface={interface}, channels=("sms", "email"), make=lambda channel, options: Acme("sms"))
NOT_AN_OFFER = type("Lookalike", (), dict(interface={interface}))()
'''


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts a distribution on the path; its module's import is noticed, because it is new to this process."""
    monkeypatch.syspath_prepend(tmp_path)

    def installing(package, points, *, interface=INTERFACE, module=MODULE):
        (tmp_path / f"{package}.py").write_text(module.replace("{interface}", repr(interface)))
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        written = "".join(f"{name} = {package}:{value}\n" for name, value in points.items())
        (info / "entry_points.txt").write_text(f"[dispatcher.channels]\n{written}")
        monkeypatch.delitem(sys.modules, package, raising=False)

    yield installing
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]


ACME = Accounts(options={"acme": {"token": "hush"}})


def test_an_installed_adapter_serves_the_channel_that_names_it(install):
    install("acme_sms", {"acme": "OFFER"})
    assert build({"sms": "acme"}, ACME)["sms"].name == "acme"


def test_what_is_installed_and_not_named_is_not_imported(install):
    install("acme_sms", {"acme": "OFFER"})
    build({"sms": "console"}, ACME)
    announced()
    assert "acme_sms" not in sys.modules


@pytest.mark.parametrize("interface", [INTERFACE + 1, 0, None, "1"])
def test_an_adapter_for_another_interface_is_refused_with_both_versions(install, interface):
    install("acme_sms", {"acme": "OFFER"}, interface=interface)
    assert build({"sms": "acme"}, ACME) == RegistryProblems(
        (f"adapter acme is written for interface {interface!r}: expected 1, install a release that is",)
    )


def test_what_is_no_offer_is_told_with_its_place(install):
    install("acme_sms", {"acme": "NOT_AN_OFFER"})
    assert offer("acme", announced()) == Unusable(
        "is no channels.offers.Offer at acme_sms:NOT_AN_OFFER: correct its package"
    )


def test_a_module_that_cannot_be_imported_is_told_without_what_it_said(install):
    install("acme_sms", {"acme": "OFFER"}, module="raise RuntimeError('token hush')")
    assert build({"sms": "acme"}, ACME) == RegistryProblems(
        ("adapter acme cannot be imported from acme_sms:OFFER (RuntimeError): reinstall or correct its package",)
    )


def test_a_name_that_is_not_there_in_the_module_is_told(install):
    install("acme_sms", {"acme": "MISSING"})
    assert "acme_sms:MISSING (AttributeError)" in offer("acme", announced()).why


def test_two_packages_of_one_name_are_told_both(install):
    install("acme_sms", {"acme": "OFFER"})
    install("acme_too", {"acme": "OFFER"})
    assert build({"sms": "acme"}, ACME) == RegistryProblems(
        ("adapter acme is announced by acme_sms and acme_too: expected one, uninstall the other",)
    )


def test_an_adapter_of_another_channel_is_told(install):
    install("acme_sms", {"acme": "OFFER"})
    assert build({"email": "acme"}, ACME) == RegistryProblems(
        ("channel email: adapter acme serves sms, name it there",)
    )


def test_an_adapter_that_was_made_for_another_channel_is_told(install):
    install("acme_sms", {"acme": "LIAR"})
    assert build({"email": "acme"}, ACME) == RegistryProblems(
        ("adapter acme was made for email and says sms: correct its package",)
    )


def test_an_option_that_is_missing_is_told_in_the_adapters_words(install):
    install("acme_sms", {"acme": "OFFER"})
    assert build({"sms": "acme"}, Accounts()) == RegistryProblems(
        ("adapter acme: expected DISPATCHER_ADAPTER_ACME_TOKEN",)
    )


def test_a_built_in_name_cannot_be_taken_over(install):
    install("acme_sms", {"console": "OFFER"})
    assert build({"sms": "console"}, ACME)["sms"].name == "console"
    assert "acme_sms" not in sys.modules
