"""The composition root: the only place that knows every concrete part."""

from dispatcher.wiring.providers import configured, supplies
from dispatcher.wiring.unstartable import Unstartable
from dispatcher.wiring.worker import engine_config, parts_of, policy_of, run_worker, serve, sources_of

__all__ = [
    "Unstartable",
    "configured",
    "engine_config",
    "parts_of",
    "policy_of",
    "run_worker",
    "serve",
    "sources_of",
    "supplies",
]
