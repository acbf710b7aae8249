"""The stages of a policy file, compiled: overdue classes, conditions, repetitions, and what must hold between stages."""

from collections.abc import Mapping
from dataclasses import replace

from dispatcher.core.conditions import debt_tests, history_tests, of_all, person_tests
from dispatcher.core.policy_problems import Add, check_unique
from dispatcher.core.policy_text import ClassText, MomentText, StageConditions, StageText
from dispatcher.core.rules import ACKNOWLEDGEMENTS, ANY_NUMBER, DEFAULT, HOUR, Moment, Stage, StageCondition
from schemas.values import Channel

_CALLS: tuple[Channel, ...] = ("call_task",)
_PHASES = ("pre_due", "overdue", "collection")

Classes = Mapping[str, ClassText]
"""Overdue classes by id, mildest first."""


def compiled_classes(texts: tuple[ClassText, ...], add: Add) -> Classes:
    """The overdue classes; each begins the day after its predecessor ends."""
    check_unique("classes", [text.id for text in texts], add)
    follows: int | None = 1
    for index, text in enumerate(texts):
        if follows is None or text.first != follows:
            expected = (
                "no class after one without `to`" if follows is None else f"{follows}, so that no day is left out"
            )
            add(f"classes[{index}].from", expected, "List classes from the mildest to the most severe, without gaps.")
        if text.last is not None and text.last < text.first:
            add(f"classes[{index}].to", f"{text.first} or more", "A class ends after it begins.")
        follows = None if text.last is None else text.last + 1
    return {text.id: text for text in texts}


def compiled_stages(
    texts: tuple[StageText, ...], tiers: tuple[str, ...], classes: Classes, add: Add
) -> tuple[tuple[Stage, ...], tuple[StageCondition, ...]]:
    """The stages with their repetitions, mildest first, and the conditions of those that are not for everybody."""
    if not texts:
        add("stages", "at least one [[stages]]", "Without a stage nobody is ever contacted.")
    check_unique("stages", [text.id for text in texts], add)
    for position, text in enumerate(texts):
        if text.id in ACKNOWLEDGEMENTS:
            add(f"stages[{position}].id", "another name", "It is that of a stage of [acknowledgements].")
    stages: list[Stage] = []
    conditions: list[StageCondition] = []
    conditional = False
    for position, text in enumerate(texts):
        path = f"stages[{position}]"
        stage = _stage(path, len(stages), text, tiers, classes, add)
        if stage is None:
            continue
        condition = _condition(path, stage.index, text.only, tiers, add)
        if stages:
            _check_order(path, stages[-1], stage, add, may_share=conditional or condition is not None)
        conditional = condition is not None
        for each in _repeated(path, stage, text, add):
            stages.append(each)
            if condition is not None:
                conditions.append(replace(condition, index=each.index))
    return tuple(stages), tuple(conditions)


def _stage(  # noqa: PLR0917  what a stage is compiled from
    path: str, index: int, text: StageText, tiers: tuple[str, ...], classes: Classes, add: Add
) -> Stage | None:
    when = _moment(text.when, f"{path}.when", classes, add, last=False)
    until = None if text.until is None else _moment(text.until, f"{path}.until", classes, add, last=True)
    fallback = text.channels.get(DEFAULT) if text.task is None else _CALLS
    if text.task is not None and text.channels:
        add(f"{path}.task", "a task or `channels`, not both", "A call as one rung of a ladder is `call_task`.")
    if not fallback:
        add(f"{path}.channels", "a key `default` with at least one channel", "Add the ladder for other tiers.")
    for name in text.channels.keys() - {DEFAULT, *tiers}:
        add(f"{path}.channels.{name}", f"a tier ({', '.join(tiers)})", "No rule ever gives this tier.")
    for name, ladder in text.channels.items():
        if len(set(ladder)) != len(ladder):
            add(f"{path}.channels.{name}", "each channel once", "Remove the repetition.")
    if when is None or not fallback:
        return None
    first_day, last_day = _class_days(
        f"{path}.only.classes", () if text.only is None else text.only.classes, classes, add
    )
    _check_limits(path, text, when, last_day, add)
    _check_task(path, text, add)
    _check_fallback(path, text, add)
    return Stage(
        id=text.id,
        index=index,
        phase=text.phase,
        when=when,
        until=until,
        ladders={tier: text.channels.get(tier) or fallback for tier in tiers},
        tone=text.tone,
        message=text.message,
        responsible=text.responsible,
        mandatory=text.mandatory,
        customer_chooses=text.customer_chooses,
        task_days=text.task_days,
        first_day=first_day,
        last_day=last_day,
        missed=text.missed or "collapse",
        task=text.task,
        gate=text.gate,
        fallback=(text.fallback_hours or 0) * HOUR,
        attempts=text.attempts or ANY_NUMBER,
        min_gap=None if text.min_gap_hours is None else text.min_gap_hours * HOUR,
    )


def _check_limits(path: str, text: StageText, when: Moment, last_day: int | None, add: Add) -> None:
    ends = text.until is not None or last_day is not None
    if text.mandatory and (ends or text.phase == "pre_due" or text.missed in {"collapse", "skip"}):
        add(
            f"{path}.mandatory",
            "a stage after the due date without `until`, `missed` or a class that ends",
            "What is never skipped cannot expire.",
        )
    if (text.phase == "pre_due") != (not when.working and when.count <= 0):
        add(f"{path}.when", "phase pre_due up to the due date, overdue or collection after it", "Correct either.")
    if text.phase == "pre_due" and text.only is not None and text.only.classes:
        add(f"{path}.only.classes", "no class before the due date", "Remove it: nothing is overdue yet.")


def _check_task(path: str, text: StageText, add: Add) -> None:
    """Counsel comes before every legal step (requirement S7); a visit needs a ground for it (S11)."""
    if text.task == "legal" and text.gate is None:
        add(f"{path}.gate", 'gate = "counsel"', "No legal step is taken before counsel has been consulted.")
    if text.gate is not None and text.task not in {"legal", "agency", "letter"}:
        add(f"{path}.gate", "a gate of a letter, a legal step or an agency", "Remove it.")
    if text.phase == "pre_due" and text.task not in {None, "call"}:
        add(f"{path}.task", "a call, or a stage after the due date", "Nothing is owed yet.")
    only = text.only
    grounds = only is not None and (
        only.classes or only.tiers or only.unreachable_by or only.min_risk_score is not None
    )
    if text.task == "visit" and not grounds:
        add(
            f"{path}.only",
            "`only` with min_risk_score, classes, tiers or unreachable_by",
            "A visit is for high risk, long overdue debts or customers that no call reaches.",
        )


def _check_fallback(path: str, text: StageText, add: Add) -> None:
    longest = max((len(ladder) for ladder in text.channels.values()), default=0)
    if text.fallback_hours is not None and (longest == 1 or text.attempts == 1 or text.task is not None):
        add(
            f"{path}.fallback_hours",
            "a ladder of two channels, and two `attempts`",
            "There is nothing to fall back to.",
        )
    if text.attempts is not None and text.task is not None:
        add(f"{path}.attempts", "no `attempts` of a task", "A task is handed over once.")


def _class_days(path: str, names: tuple[str, ...], classes: Classes, add: Add) -> tuple[int | None, int | None]:
    """The days after the due date from the first of some classes to the last one."""
    known = list(classes)
    if not names:
        return None, None
    if any(name not in classes for name in names):
        add(path, f"classes of the policy ({', '.join(known)})", "Correct the name, or add a [[classes]] for it.")
        return None, None
    places = sorted(known.index(name) for name in names)
    if places != list(range(places[0], places[0] + len(places))):
        add(path, "classes that follow one another, each once", "Write two stages.")
    return classes[known[places[0]]].first, classes[known[places[-1]]].last


def _moment(text: MomentText, path: str, classes: Classes, add: Add, *, last: bool) -> Moment | None:
    if (text.days is not None) + (text.working_days is not None) + (text.overdue_class is not None) != 1:
        add(path, "exactly one of `days`, `working_days` and `class`", "Remove the others, or add one.")
        return None
    if text.days is not None:
        return Moment(text.days, working=False)
    if text.working_days is not None:
        return Moment(text.working_days, working=True)
    named = classes.get(text.overdue_class or "")
    day = None if named is None else named.last if last else named.first
    if day is None:
        add(
            path, f"a class ({', '.join(classes)}), and one that ends for `until`", "Correct the name, or state `days`."
        )
        return None
    return Moment(day, working=False)


def _condition(
    path: str, index: int, only: StageConditions | None, tiers: tuple[str, ...], add: Add
) -> StageCondition | None:
    if only is None:
        return None
    for name in only.tiers:
        if name not in tiers:
            add(f"{path}.only.tiers", f"tiers that a rule gives ({', '.join(tiers)})", f"No rule ever gives {name}.")
    tests = [*person_tests(only), *debt_tests(only), *history_tests(only)]
    if not tests and not only.tiers:
        return None
    return StageCondition(index, of_all(tests), frozenset(only.tiers))


def _repeated(path: str, stage: Stage, text: StageText, add: Add) -> list[Stage]:
    """The stage and its repetitions, each anchored on the due date like the stage itself."""
    if text.repeat is None:
        return [stage]
    if stage.when.working or stage.phase == "pre_due" or text.until is not None or text.mandatory:
        add(
            f"{path}.repeat",
            "a stage after the due date with `when` in days, without `until` and not mandatory",
            "`most` ends the repetition; what is never skipped is said once.",
        )
    return [
        stage if number == 1 else _repetition(stage, number, stage.when.count + (number - 1) * text.repeat.every_days)
        for number in range(1, text.repeat.most + 1)
    ]


def _repetition(stage: Stage, number: int, day: int) -> Stage:
    return replace(stage, id=f"{stage.id}.{number}", index=stage.index + number - 1, when=Moment(day, working=False))


def _check_order(path: str, before: Stage, stage: Stage, add: Add, *, may_share: bool) -> None:
    """Stages on one day are alternatives: at least one of two neighbours has conditions."""
    if _PHASES.index(stage.phase) < _PHASES.index(before.phase):
        add(f"{path}.phase", f"{before.phase} or later", "List stages from the mildest to the most severe.")
    earliest = before.when.count if may_share else before.when.count + 1
    if stage.when.count < earliest and stage.when.working == before.when.working:
        add(f"{path}.when", f"a day after that of {before.id}", "List stages by their day.")
