"""Reminder dispatcher: billing events in, reminders out, and a record of every decision."""

__version__ = "0.1.0"
