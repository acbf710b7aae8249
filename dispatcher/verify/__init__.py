"""The independent checker: reads what went in and what came out, and says which invariants do not hold.

It shares the contracts (`schemas`) with the rest and nothing else: its reading of policies, hours, caps and stops is its
own, and naive on purpose. Where a rule leaves room it gives the benefit of the doubt: what it reports is a violation.
"""
