"""What the environment says this installation is. The only place that turns `DISPATCHER_*` into values."""

from dispatcher.settings.kafka_client import client_options
from dispatcher.settings.loading import load
from dispatcher.settings.model import (
    ClockSettings,
    Entry,
    Gateway,
    Kafka,
    LogLevel,
    Origin,
    Sending,
    Settings,
    Terms,
    Twilio,
)
from dispatcher.settings.problems import Problem, SettingsProblems
from dispatcher.settings.reports import Price, Reports
from dispatcher.settings.secret import Secret
from dispatcher.settings.smtp import SmtpServer

__all__ = [
    "ClockSettings",
    "Entry",
    "Gateway",
    "Kafka",
    "LogLevel",
    "Origin",
    "Price",
    "Problem",
    "Reports",
    "Secret",
    "Sending",
    "Settings",
    "SettingsProblems",
    "SmtpServer",
    "Terms",
    "Twilio",
    "client_options",
    "load",
]
