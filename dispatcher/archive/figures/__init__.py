"""What the archive comes to: one module a figure, each with its definition, its rows and the one query that they need.

A module's docstring is the figure's definition, and pages show it word for word. Amounts are minor units of the
currency beside them and are never added over currencies.
"""
