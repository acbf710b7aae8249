"""The command `dispatcher`: a module per group of commands. What is slow is imported when a command runs."""

from dispatcher.cli.app import main

__all__ = ["main"]
