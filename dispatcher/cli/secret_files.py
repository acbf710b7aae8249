"""Who else on this machine reaches the files that hold our secrets."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from dispatcher.cli.finding import Finding
from dispatcher.settings.variables import VARIABLES
from dispatcher.settings.variables.kafka import KAFKA_KEY_FILE

_NAMES: Final = (*(f"{each.name}_FILE" for each in VARIABLES if each.shown == "masked"), KAFKA_KEY_FILE.name)
_ADVICE: Final = "chmod 0400, or 0440 and a group of its own"


def examine_secret_files(environ: Mapping[str, str]) -> Iterator[Finding]:
    """What everybody may change is wrong; what everybody may read is worth a note: a closed folder may stand before it.

    The files are there and readable: settings with others are refused before.
    """
    for name in _NAMES:
        if not (file := environ.get(name)):
            continue
        mode = Path(file).stat().st_mode
        if mode & stat.S_IWOTH:
            yield Finding("wrong", "secrets", f"{name}: everybody on this machine may change the file", _ADVICE)
        elif mode & stat.S_IROTH:
            yield Finding("note", "secrets", f"{name}: whoever gets to the file may read it", _ADVICE)
