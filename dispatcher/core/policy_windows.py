"""From the hours that a policy file, or a preset, states to minutes of the day."""

from dispatcher.core.policy_problems import Add
from dispatcher.core.policy_text import WindowText
from dispatcher.core.rules import DAY_KINDS, Ranges, Window
from schemas.values import Channel


def compiled_window(channel: Channel, text: WindowText, add: Add) -> Window:
    """The window of a channel."""
    ranges = {kind: ranges_of(f"windows.{channel}.{kind}", getattr(text, kind), add) for kind in DAY_KINDS}
    if not ranges["weekday"]:
        add(
            f"windows.{channel}.weekday",
            "at least one range",
            "A channel that is never allowed: leave it out of ladders.",
        )
    return Window(channel, ranges)


def ranges_of(path: str, texts: tuple[str, ...], add: Add) -> Ranges:
    """Ranges of a day, in order; a range that ends before it starts passes midnight."""
    ranges = []
    for text in texts:
        start, end = (minutes(part) for part in text.split("-"))
        if start == end:
            add(path, "a start that differs from the end", "Write 00:00-24:00 for the whole day, [] for never.")
        ranges.append((start, end if end > start else end + 1440))
    return tuple(sorted(ranges))


def minutes(clock: str) -> int:
    """Minutes since midnight of a time of day like 21:30."""
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)
