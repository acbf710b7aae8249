"""Magic numbers of the Twilio stand-in: who is texted decides what becomes of the message.

| to                    | answer to the request           | then                                                |
|-----------------------|---------------------------------|-----------------------------------------------------|
| +12065550100          | created                         | delivered                                           |
| +12065550101          | created                         | failed, 30001: the sender's queue overflowed        |
| +12065550103 to ..08  | created                         | undelivered, 30003 to 30008 (04 blocked, 05 unknown |
|                       |                                 | handset, 06 landline, 07 filtered, 08 untold)       |
| +12065550110          | refused, 21610                  | has replied STOP                                    |
| +12065550111          | refused, 21211                  | is no number                                        |
| +12065550112          | refused, 21612                  | cannot be reached from this sender                  |
| +12065550114          | refused, 21614                  | is no mobile number                                 |
| +12065550120          | created                         | sent; nobody ever says whether it arrived           |
| +12065550121          | created                         | delivered, and no callback says anything            |
| +12065550122          | created                         | delivered; told after an hour                       |
| +12065550123          | created                         | delivered; every callback comes twice               |
| +12065550124          | created                         | delivered; `delivered` is told before `sent`        |
| +12065550125          | created                         | undelivered, 30008, and delivered after all         |
| +12065550136          | created                         | failed, 30036: the validity period ended            |
| +15005550001 and more | refused: Twilio's own magic numbers, see `twilio_faults.MAGIC_RECIPIENTS`             |

All are reserved for fiction (555-0100 to 555-0199); whoever is not listed is delivered to.
"""

from collections.abc import Mapping
from typing import Final

from dispatcher.local.twilio_courses import (
    AFTER_ALL,
    BACKWARDS,
    DELIVERED,
    LATE,
    NEVER_CONFIRMED,
    TWICE,
    UNTOLD,
    Course,
    failed,
    undelivered,
)
from dispatcher.local.twilio_faults import Refused

_PREFIX: Final = "+120655501"

MAGIC_COURSES: Final[Mapping[str, Course]] = {
    f"{_PREFIX}00": DELIVERED,
    f"{_PREFIX}01": failed(30001),
    **{f"{_PREFIX}{code - 30000:02d}": undelivered(code) for code in range(30003, 30009)},
    f"{_PREFIX}20": NEVER_CONFIRMED,
    f"{_PREFIX}21": UNTOLD,
    f"{_PREFIX}22": LATE,
    f"{_PREFIX}23": TWICE,
    f"{_PREFIX}24": BACKWARDS,
    f"{_PREFIX}25": AFTER_ALL,
    f"{_PREFIX}36": failed(30036),
}

MAGIC_REFUSALS: Final[Mapping[str, Refused]] = {
    f"{_PREFIX}10": Refused(400, 21610, "Attempt to send to unsubscribed recipient"),
    f"{_PREFIX}11": Refused(400, 21211, "Invalid 'To' Phone Number"),
    f"{_PREFIX}12": Refused(400, 21612, "The 'To' number cannot be reached"),
    f"{_PREFIX}14": Refused(400, 21614, "'To' number is not a valid mobile number"),
}


def course_of(recipient: str) -> Course:
    """What becomes of a message to this number."""
    return MAGIC_COURSES.get(recipient, DELIVERED)
