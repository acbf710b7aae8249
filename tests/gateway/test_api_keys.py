"""A file of keys says who may call, and holds nothing that opens anything."""

import secrets

import pytest

from dispatcher.gateway.api_keys import ApiKey, KeyFileProblem, caller, new_key, read_keys

HASH = "0" * 64


def test_a_new_key_is_found_again_by_its_line():
    key, known = new_key("billing", ("events:write", "hooks:write"), secrets.token_urlsafe)

    assert read_keys(known.line) == (known,)
    assert caller((known,), key) == known


def test_its_line_does_not_hold_the_key():
    key, known = new_key("billing", ("events:write",), secrets.token_urlsafe)

    assert key not in known.line


def test_two_new_keys_differ():
    first, _ = new_key("billing", ("events:write",), secrets.token_urlsafe)
    second, _ = new_key("billing", ("events:write",), secrets.token_urlsafe)

    assert first != second


def test_comments_and_empty_lines_are_passed_over():
    assert read_keys(f"# who\n\nbilling sha256:{HASH} events:write # the old one\n") == (
        ApiKey("billing", HASH, frozenset({"events:write"})),
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("billing", "a name, sha256:DIGITS and scopes"),
        (f"bil/ling sha256:{HASH} events:write", "expected a name"),
        ("billing dk_the-key-itself events:write", "never the key"),
        (f"billing sha256:{HASH} events:read", "expected scopes"),
        (f"billing sha256:{HASH} events:write,", "expected scopes"),
    ],
)
def test_a_wrong_line_is_named_with_what_was_expected(line, said):
    found = read_keys(f"# first\n{line}")

    assert isinstance(found, KeyFileProblem)
    assert (found.line, said in found.expected) == (2, True)


def test_a_wrong_line_is_not_repeated():
    assert "dk_secret" not in str(read_keys("billing dk_secret events:write"))


@pytest.mark.parametrize("second", [f"billing sha256:{'1' * 64}", f"other sha256:{HASH}"])
def test_a_name_or_key_that_stands_twice_is_refused(second):
    assert isinstance(read_keys(f"billing sha256:{HASH} events:write\n{second} events:write"), KeyFileProblem)


def test_nobody_is_known_by_an_empty_key():
    assert caller((ApiKey("billing", HASH, frozenset()),), "") is None
