"""The messages of the Twilio stand-in's account: kept, on the disk, coming along, and told to their callback addresses."""

from collections.abc import Mapping
from pathlib import Path

from dispatcher.local.durable_lines import DurableLines
from dispatcher.local.schedule import Act, Schedule
from dispatcher.local.twilio_callbacks import Callbacks, status_form
from dispatcher.local.twilio_chances import CallbackPlan, InOrder
from dispatcher.local.twilio_courses import Course, Step
from dispatcher.local.twilio_magic import course_of
from dispatcher.local.twilio_resources import SentSms, journal_line, resource, sent_sms


class Ledger:
    """Open while the stand-in serves; `messages` are the account's, oldest first."""

    def __init__(self, account_sid: str) -> None:
        self.messages: list[SentSms] = []
        self.callback_plan: CallbackPlan = InOrder()
        self.courses: dict[str, Course] = {}
        self._account_sid = account_sid

    def open(self, journal: Path | None, rate: float | None, auth_token: str) -> None:
        """Begin, in the running loop: see `TwilioStandIn` for what is given."""
        self._journal = DurableLines(journal)
        self.schedule, self.callbacks = Schedule(rate), Callbacks(auth_token)

    async def close(self) -> None:
        """Forget the callbacks that are still to come."""
        await self.schedule.close()
        await self.callbacks.close()
        await self._journal.close()

    async def accept(self, form: Mapping[str, str], at: int) -> SentSms:
        """Keep a new message, let it come along, and wait until it is on the disk."""
        course = self.courses.get(form["To"]) or course_of(form["To"])
        message = sent_sms(form, len(self.messages) + 1, at, since_s=self.schedule.now, course=course)
        self._journal.add(journal_line(message))
        self.messages.append(message)
        if message.callback is not None:
            for step in self.callback_plan.arranged(message.sid, message.course.callbacks):
                self.schedule.after(step.after_s, self._telling(message, message.callback, step))
        await self._journal.durable()
        return message

    def _telling(self, message: SentSms, address: str, step: Step) -> Act:
        async def tell() -> None:
            await self.callbacks.post(address, status_form(message, step, self._account_sid))

        return tell

    def shown(self, message: SentSms) -> dict[str, object]:
        """The message as it stands now."""
        return resource(message, self._account_sid, self.schedule.now - message.since_s)

    def to(self, recipient: str | None) -> list[SentSms]:
        """The messages to a number, or all, newest first."""
        return [each for each in reversed(self.messages) if recipient is None or each.to == recipient]

    def named(self, sid: str) -> SentSms | None:
        """The message of this id."""
        return next((each for each in self.messages if each.sid == sid), None)
