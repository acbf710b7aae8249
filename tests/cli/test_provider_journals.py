"""What providers wrote down, as the command line names it."""

from pathlib import Path

from dispatcher.cli.verify import provider_journals


def test_the_accounts_of_a_channel_have_a_journal_each(tmp_path: Path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text('{"at": 1, "to": "+447700900101"}\n{"at": 3, "to": "+447700900103"}\n')
    second.write_text('{"at": 2, "to": "+447700900102"}\n')

    found = provider_journals([f"sms={first}", f"sms={second}"])

    assert [message.at for message in found["sms"]] == [1, 2, 3]
