"""What the customer's page says, in the languages that it speaks: plain, polite, and no more certain than we are."""

from dataclasses import dataclass

from dispatcher.gateway.page_answers import Mistake, Time
from schemas.values import Channel


@dataclass(frozen=True, slots=True)
class Words:
    """Every sentence of the page in one language; `{...}` is filled in. `own_name` is how the language calls itself."""

    tag: str
    own_name: str
    title: str
    intro: str
    languages: str
    about: str
    about_as_of: str
    mistake_heading: str
    mistakes: dict[Mistake, str]
    not_saved: str
    paid: str
    paid_hint: str
    paid_button: str
    which: str
    promise: str
    promise_hint: str
    promise_day: str
    promise_day_hint: str
    promise_amount: str
    promise_amount_hint: str
    promise_button: str
    instalments: str
    instalments_hint: str
    instalments_note: str
    instalments_button: str
    dispute: str
    dispute_hint: str
    dispute_note: str
    dispute_button: str
    prefer: str
    prefer_hint: str
    prefer_channels: str
    prefer_first: str
    no_preference: str
    prefer_times: str
    prefer_button: str
    channels: dict[Channel, str]
    times: dict[Time, str]
    stop: str
    stop_hint: str
    stop_button: str
    optional: str
    thanks: str
    done: dict[str, str]
    back: str
    gone_title: str
    gone: str
    expired_title: str
    expired: str
