"""The independent checker: what a policy file plainly says, held against every contact that was made.

Nothing here comes from `dispatcher.core`: slow and obvious on purpose, so that a mistake there is not made twice.
"""
