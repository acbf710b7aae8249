"""`gateway key` makes a key: its line goes where a file is written, the key itself is shown once."""

from dispatcher.gateway.api_keys import caller, read_keys


def test_the_line_on_stdout_is_that_of_the_key_on_stderr(command):
    ended = command("gateway", "key", "billing", "--scope", "events:write", "--scope", "hooks:write")

    (known,) = read_keys(ended.out)
    assert caller((known,), ended.err.split()[-1]) == known
    assert (known.name, known.scopes) == ("billing", {"events:write", "hooks:write"})


def test_a_scope_that_there_is_not_is_named_with_those_that_there_are(command):
    ended = command("gateway", "key", "billing", "--scope", "events:read")

    assert (ended.code, "events:write, customers:write, hooks:write" in ended.err) == (2, True)


def test_a_name_that_would_break_a_file_of_keys_is_refused(command):
    assert command("gateway", "key", "bil ling", "--scope", "events:write").code == 2


def test_a_key_for_nothing_is_refused(command):
    assert command("gateway", "key", "billing").code == 2
