"""What `doctor` looks at, part by part: each finding with a verdict and what to do about it."""

import os
from collections.abc import Iterator

from dispatcher.cli.finding import POLICY, Finding
from dispatcher.core.policy import PolicyProblems, parse
from dispatcher.messages import rendering
from dispatcher.messages.problems import TemplateProblems
from dispatcher.settings import Settings, SettingsProblems, load
from schemas.values import Channel


def examine() -> list[Finding]:
    """Everything that can be judged; with wrong settings nothing else can."""
    found = load(os.environ)
    if isinstance(found, SettingsProblems):
        return [Finding("wrong", "settings", str(problem), "correct the variable") for problem in found.problems]
    from dispatcher.cli.cluster_examination import examine_cluster
    from dispatcher.cli.provider_examination import examine_providers
    from dispatcher.cli.secret_files import examine_secret_files

    cluster = examine_cluster(found)
    applied = any(finding.part == POLICY for finding in cluster)
    return [
        *_settings(found),
        *examine_secret_files(os.environ),
        *(() if applied else _policy(found)),
        *_templates(found),
        *_sending(found),
        *examine_providers(found),
        *_clock(found),
        *cluster,
    ]


def _settings(settings: Settings) -> Iterator[Finding]:
    given = sum(entry.origin != "default" for entry in settings.entries)
    yield Finding("ok", "settings", f"{given} given, the rest by default")
    for warning in settings.warnings:
        yield Finding("note", "settings", warning, "remove it, or correct its name")


def _policy(settings: Settings) -> Iterator[Finding]:
    """The policy of the first start: none was applied yet, or nobody can say."""
    if settings.policy is None:
        yield Finding(
            "wrong",
            POLICY,
            "none was applied, and DISPATCHER_POLICY is not set",
            "`dispatcher policy apply FILE`; the annotated example is a start",
        )
        return
    try:
        found = parse(settings.policy.read_text(encoding="utf-8"), file=str(settings.policy))
    except (OSError, UnicodeDecodeError):
        yield Finding("wrong", POLICY, f"{settings.policy} cannot be read", "expected a TOML file in UTF-8")
        return
    if isinstance(found, PolicyProblems):
        for problem in found.problems:
            yield Finding("wrong", POLICY, f"{found.file}: {problem}", "correct the file: `dispatcher policy check`")
        return
    yield Finding("ok", POLICY, f"{found.hash}: {len(found.stages)} stages")


def _templates(settings: Settings) -> Iterator[Finding]:
    loaded = rendering.load(settings.templates)
    if isinstance(loaded, TemplateProblems):
        for line in str(loaded).splitlines():
            yield Finding("wrong", "templates", line, "correct the template")
        return
    yield Finding("ok", "templates", "all load")


def _sending(settings: Settings) -> Iterator[Finding]:
    configured: dict[Channel, bool] = {"sms": settings.twilio is not None, "email": settings.smtp is not None}
    calls = settings.sending in {"on", "allowlist"}
    mode = f"DISPATCHER_SENDING={settings.sending}"
    yield Finding("ok" if calls else "note", "sending", mode, "" if calls else "nobody is called in this mode")
    variables: dict[Channel, str] = {
        "sms": "DISPATCHER_TWILIO_ACCOUNT_SID, _AUTH_TOKEN and _FROM",
        "email": "DISPATCHER_SMTP_URL and _EMAIL_FROM",
    }
    for channel, present in configured.items():
        if channel in settings.adapters.named:
            yield Finding("ok", channel, f"adapter {settings.adapters.named[channel]}")
        elif present:
            yield Finding("ok", channel, "configured")
        else:
            yield Finding("wrong" if calls else "note", channel, "not configured", f"set {variables[channel]}")


def _clock(settings: Settings) -> Iterator[Finding]:
    if settings.clock is None:
        yield Finding("ok", "clock", "the system's")
    else:
        yield Finding(
            "note", "clock", "set by DISPATCHER_CLOCK", "only for demonstrations: remove it to go by the real time"
        )
