"""The outbox of the demonstration: every message as its customer would see it, and every task as the caller would."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from dispatcher.local.demo_providers import Providers
from dispatcher.local.portfolio import SampleEvent
from schemas.inbox import ProfileStated
from schemas.journal import TaskRecord
from schemas.values import Channel


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """One message or task. `files`: ending of the file's name -> its content."""

    customer_id: str
    channel: Channel
    recipient: str
    files: Mapping[str, bytes]


def papers(providers: Providers, tasks: Iterable[TaskRecord], owners: Mapping[str, str]) -> tuple[Paper, ...]:
    """What the stand-ins took, oldest first, then the tasks; `owners`: number or address -> customer."""
    texts = [
        Paper(owners.get(each.to, "unknown"), "sms", each.to, {"sms.txt": _sms(each.sender, each.to, each.body)})
        for each in providers.sms.messages
    ]
    mails = [
        Paper(owners.get(each.recipient, "unknown"), "email", each.recipient, _mail(each.content, each.parsed()))
        for each in providers.mail.messages
    ]
    calls = [Paper(each.customer_id, "call_task", each.contact_point, {"call.txt": _call(each)}) for each in tasks]
    return (*texts, *mails, *calls)


def owners_of(events: Iterable[SampleEvent]) -> dict[str, str]:
    """Number or address -> customer, from the profiles among the events."""
    found: dict[str, str] = {}
    for event in events:
        profile = event.read.fact
        if isinstance(profile, ProfileStated):
            points = (*(each.number for each in profile.phones), *(each.address for each in profile.emails))
            found |= dict.fromkeys(points, event.read.customer_id)
    return found


def write(folder: Path, written: Iterable[Paper]) -> int:
    """Write `<customer>-<n>.<ending>` for each and return how many there are; what lay in the folder before is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    numbers: Counter[str] = Counter()
    for paper in written:
        numbers[paper.customer_id] += 1
        for ending, content in paper.files.items():
            (folder / f"{paper.customer_id}-{numbers[paper.customer_id]}.{ending}").write_bytes(content)
    return numbers.total()


def masked(point: str) -> str:
    """A number or an address that people may see: enough to recognise it, too little to use it."""
    local, at, domain = point.rpartition("@")
    return f"{local[:1]}***@{domain}" if at else f"{point[:3]}***{point[-2:]}"


def _sms(sender: str, to: str, body: str) -> bytes:
    return f"From: {sender}\nTo: {to}\n\n{body}\n".encode()


def _mail(content: bytes, parsed: EmailMessage) -> dict[str, bytes]:
    files = {"eml": content}
    for kind, ending in (("plain", "txt"), ("html", "html")):
        part = parsed.get_body((kind,))
        if part is not None:
            files[ending] = str(part.get_content()).encode()
    return files


def _call(task: TaskRecord) -> bytes:
    head = [
        f"Task: {task.task_id}",
        f"Call: {task.contact_point}",
        f"Not before: {task.not_before.isoformat()}",
        f"Until: {task.expires_at.isoformat()}",
        f"Assignee: {task.assignee or '-'}",
        *(f"Invoice: {each.number or each.invoice_id}, due {each.due_on}" for each in task.amounts),
    ]
    return ("\n".join(head) + "\n\n" + task.script).encode()
