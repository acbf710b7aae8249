"""One page of the Twilio stand-in's list of messages, in the shape Twilio publishes."""

from collections.abc import Sequence

from dispatcher.local.twilio_resources import API_VERSION


def page(
    shown: Sequence[dict[str, object]], found: int, account_sid: str, *, to: str | None, number: int, size: int
) -> dict[str, object]:
    """Page `number`, counted from 0, of `found` messages; `to` is the recipient that was asked for."""
    uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages.json"
    more = f"{uri}?{'' if to is None else f'To=%2B{to[1:]}&'}PageSize={size}&Page="
    return {
        "messages": list(shown),
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(shown) - 1, 0),
        "uri": f"{more}{number}",
        "first_page_uri": f"{more}0",
        "previous_page_uri": f"{more}{number - 1}" if number else None,
        "next_page_uri": f"{more}{number + 1}" if found > (number + 1) * size else None,
    }
