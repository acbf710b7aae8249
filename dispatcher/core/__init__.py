"""The decision: who is contacted, when and how. Pure: no clock, no environment, no chance, nothing read or written.

`decide` folds what arrived into the customer's aggregate and plans once; worker, simulation, replay and `why` call it.
"""
