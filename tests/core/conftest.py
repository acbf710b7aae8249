"""How many stories the laws are tried on: few in every run, many with `--hypothesis-profile=long`."""

from hypothesis import settings

settings.register_profile("core", max_examples=10, deadline=None)
settings.register_profile("long", max_examples=1000, deadline=None)
settings.load_profile("core")
