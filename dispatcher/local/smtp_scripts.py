"""Which fault meets which mail at the sink: one a mail in turn, one after the other for a recipient, or lasting."""

from collections import deque
from collections.abc import Callable, Iterable

from dispatcher.local.smtp_faults import At, Greylists, Reply, SmtpFault


class Scripts:
    """`by_recipient` are lasting faults; `clock` gives milliseconds, for the greylists."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.by_recipient: dict[str, SmtpFault] = {}
        self._for: dict[str, deque[SmtpFault | None]] = {}
        self._staged: deque[SmtpFault] = deque()
        self._first_tries: dict[tuple[str, str], int] = {}
        self._clock = clock

    def stage(self, faults: Iterable[SmtpFault]) -> None:
        """Let the next mails meet these, one each."""
        self._staged.extend(faults)

    def script(self, recipient: str, faults: Iterable[SmtpFault | None]) -> None:
        """Let the next mails to this recipient meet these, one each; None lets one through."""
        self._for.setdefault(recipient, deque()).extend(faults)

    def heal(self) -> None:
        """Forget what is staged or scripted and has met nobody yet."""
        self._staged.clear()
        self._for.clear()

    def meets(self, at: At, sender: str = "", recipient: str | None = None) -> SmtpFault | None:
        """The fault of a mail here; one that does not last is used up.

        Before RCPT only what is staged for whoever comes next can meet a mail.
        """
        lasting = self.by_recipient.get(recipient or "")
        if lasting is not None:
            return self._due(lasting, at, sender, recipient)
        own = self._for.get(recipient or "")
        if own:
            if own[0] is None:
                if at == "DATA":
                    own.popleft()
                return None
            return own.popleft() if _is_at(own[0], at) else None
        if self._staged and _is_at(self._staged[0], at):
            return self._staged.popleft()
        return None

    def _due(self, fault: SmtpFault, at: At, sender: str, recipient: str | None) -> SmtpFault | None:
        if isinstance(fault, Greylists):
            now = self._clock()
            first = self._first_tries.setdefault((sender, recipient or ""), now)
            if now - first >= fault.wait_s * 1000:
                return None
        return fault if _is_at(fault, at) else None


def _is_at(fault: SmtpFault, at: At) -> bool:
    match fault:
        case Reply():
            return at == fault.at
        case Greylists():
            return at == "RCPT"
        case _:
            return at == "DATA"
