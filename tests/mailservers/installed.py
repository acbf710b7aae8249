"""Whether Debian's mail servers are here; where root may install packages they are fetched, else tests say what lacks."""

import os
import shutil
import subprocess

_PACKAGES = {"postfix": "/usr/sbin/postfix", "dovecot-core": "/usr/sbin/dovecot"}
_FETCH = ("apt-get", "install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120")
_FETCHED_WITHIN_S = 300


def missing(package: str) -> str | None:
    """Why a server cannot be run here; None if it can."""
    if os.geteuid() != 0:
        return f"{package} needs root: it gives itself less rights at its start"
    if os.access(_PACKAGES[package], os.X_OK):
        return None
    if shutil.which("apt-get") is None:
        return f"{package} is not installed, and there is no apt-get"
    # Run level 1: Debian's packages then start no service.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    try:
        done = subprocess.run(
            [*_FETCH, package], env=quiet, capture_output=True, timeout=_FETCHED_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{package} could not be installed within {_FETCHED_WITHIN_S} s"
    return None if done.returncode == 0 else f"{package} could not be installed: apt-get install {package} fails"
