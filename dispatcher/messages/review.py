"""What is wrong with the words of a policy: its declared consequences, and its stages in the templates that say them."""

from collections.abc import Iterator

from dispatcher.core.rules import Creditor, Policy, Stage
from dispatcher.messages.fitness import unfit
from dispatcher.messages.problems import TemplateProblem
from dispatcher.messages.rendering import Templates
from dispatcher.messages.sms_segments import segments
from dispatcher.messages.specimens import said_by, specimen
from dispatcher.messages.tone import ADVICE, improper_consequence
from dispatcher.messages.vocabulary import Occasion


def declared(policy: Policy) -> Iterator[TemplateProblem]:
    """Declared consequences that are no statements of fact; `file` is the path in the policy, as `policy check` writes it.

    A consequence stands in letters as the creditor declared it (S12, S13): it may name a fee, a record or a legal step, and
    may not threaten, insult, hurry or expose.
    """
    for creditor in policy.creditors.values():
        for language, sentences in creditor.consequences.items():
            for index, sentence in enumerate(sentences):
                for found in improper_consequence(sentence, language):
                    path = f"creditors.{creditor.id}.consequences.{language}[{index}]"
                    yield TemplateProblem(path, None, str(found), f"a fact, calmly stated: {ADVICE[found.offence]}")


def review(templates: Templates, policy: Policy) -> tuple[TemplateProblem, ...]:
    """All of it: declared sentences, what a stage's words lack in its phase, SMS that a creditor's name makes too long."""
    found = [*declared(policy)]
    for stage, channel in said_by(policy):
        for language in templates.languages:
            piece = templates.piece(language, stage, channel)
            occasion: Occasion = "acknowledgement" if stage.acknowledges else stage.phase
            found += unfit(stage.message, channel, piece, (occasion,), policy.sms_max_parts)
            if channel == "sms":
                for creditor in policy.creditors.values():
                    found += _too_long(templates, policy, creditor, stage, language)
    return tuple(dict.fromkeys(found))


def _too_long(
    templates: Templates, policy: Policy, creditor: Creditor, stage: Stage, language: str
) -> Iterator[TemplateProblem]:
    text = templates.render(specimen(stage, "sms", creditor, language, several=True), policy).text
    parts = segments(text).parts
    if parts > policy.sms_max_parts:
        wrong = f"an SMS of stage {stage.id} in {language} takes {parts} parts at its shortest"
        yield TemplateProblem(
            f"creditors.{creditor.id}", None, wrong, f"sms_max_parts of {parts}, or a shorter display_name or phone"
        )
