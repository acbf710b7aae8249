import pytest

from dispatcher.messages.links import trusted_link

HOSTS = frozenset({"pay.northwind.example"})


@pytest.mark.parametrize(
    "url",
    ["https://pay.northwind.example/i/1?t=a", "https://PAY.northwind.example:443/", "HTTPS://pay.northwind.example"],
)
def test_a_link_to_the_creditors_own_host_is_kept(url):
    assert trusted_link(url, HOSTS) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://pay.northwind.example/",
        "https://evil.example/",
        "https://pay.northwind.example.evil.example/",
        "https://evil.pay.northwind.example/",
        "https://pay.northwind.example@evil.example/",
        "https://evil.example@pay.northwind.example/",
        "https://pay.northwind.example:8443/",
        "https://pay.northwind.example:x/",
        "https://evil.example\\@pay.northwind.example/",
        "https://pay.northwind.example/ two",
        "https://pay.northwind.example/\nBcc",
        "https://раy.northwind.example/",
        "javascript:alert(1)//pay.northwind.example",
        "//pay.northwind.example/",
        "https://[pay.northwind.example/",
        "https://pay.northwind.example/" + "a" * 2000,
    ],
)
def test_every_other_link_is_left_out(url):
    assert trusted_link(url, HOSTS) is None


def test_hosts_are_compared_without_regard_to_case():
    assert trusted_link("https://pay.northwind.example/", {"Pay.Northwind.Example"}) is not None
