"""The call desk's service: tasks of `reminders.tasks` as a queue in SQL, worked off by people, one at a time.

A person is offered one task, holds it for a while, asks the customer's lane whether it may be dialled now, and says what
came of it; the words become events in `customers.feedback` before the task counts as done. Pages are made elsewhere, over
`CallDesk`.
"""
