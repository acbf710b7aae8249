"""An invented portfolio lived through on a virtual clock by the worker's own decisions, and what two policies make of it."""
