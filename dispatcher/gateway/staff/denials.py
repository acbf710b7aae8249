"""Why a request to a staff page is not served; raised before anything was done."""

from typing import Literal

Why = Literal["sign_in", "forbidden", "forged", "too_often", "missing"]
"""Nobody is signed in; not for this role; no form of ours; too many attempts; nothing stands there."""


class Denied(Exception):
    """The request ends here. `wait`: seconds after which it is worth asking again, where that is the matter."""

    def __init__(self, why: Why, wait: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.wait = wait
