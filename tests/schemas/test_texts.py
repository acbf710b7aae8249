"""The words of what was sent: what is kept of them, and that nothing shows them by accident."""

from schemas import texts
from schemas.texts import SentText

SMS = SentText("ct-1.1", "sms", "Your invoice is due.")
MAIL = SentText("ct-2.1", "email", "It is due.", "Invoice 7")


def test_of_a_mail_the_subject_belongs_to_the_whole():
    assert (SMS.whole, MAIL.whole) == ("Your invoice is due.", "Invoice 7\n\nIt is due.")


def test_a_text_is_read_as_it_was_written():
    assert [texts.decode(texts.encode(each)) for each in (SMS, MAIL)] == [SMS, MAIL]


def test_a_text_does_not_show_its_words():
    assert "due" not in repr(MAIL)
