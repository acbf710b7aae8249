"""What the staff pages say, in the languages that they speak."""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatcher.gateway.staff.audit import What
from dispatcher.gateway.staff.people import Role


@dataclass(frozen=True, slots=True)
class SignInWords:
    """The page that lets people in."""

    title: str
    name: str
    password: str
    button: str
    refused: str
    hint: str
    by_proxy: str


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """A page that says why there is none: its heading and what to do."""

    title: str
    says: str


@dataclass(frozen=True, slots=True)
class AuditWords:
    """The record of what people did; `whats` says each deed, `details` our words for what it was about."""

    title: str
    intro: str
    filter: str
    name: str
    what: str
    any: str
    customer: str
    task: str
    first_day: str
    last_day: str
    show: str
    csv: str
    number: str
    at: str
    role: str
    detail: str
    address: str
    none: str
    older: str
    whats: Mapping[What, str]
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """The frame and this room's pages in one language; `{...}` is filled in. `own_name`: how the language calls itself."""

    tag: str
    own_name: str
    product: str
    skip: str
    sections_label: str
    language: str
    signed_in_as: str
    sign_out: str
    home: str
    home_intro: str
    roles: Mapping[Role, str]
    sections: Mapping[str, str]
    section_says: Mapping[str, str]
    flashes: Mapping[str, str]
    errors: Mapping[str, ErrorWords]
    sign_in: SignInWords
    audit: AuditWords
