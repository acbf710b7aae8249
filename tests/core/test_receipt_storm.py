"""Two hundred thousand receipts, repeated and in any order: every attempt ends as the furthest of its words says."""

import random
from collections import Counter

from dispatcher.core.decide import decide
from dispatcher.core.draft import draft_of
from dispatcher.core.lifecycle import status_of
from schemas.inbox import Arrival, AttemptAccepted, AttemptReceipt, Cause
from tests.core.builders import CUSTOMER, LIVE, known, overdue

SAID = 200_000
CUSTOMERS = 4_000
TURNS = 5
"""A lane folds what has come for a customer in one turn: the more wait, the more at once."""

ENDS = [["accepted"], ["accepted", "delivered"], ["accepted", "undelivered"], ["accepted", "undelivered", "delivered"]]
"""What a provider may say of one message, the first word as often as it likes."""


def words(rnd, end):
    """So many words of a message that its share of the storm is full, each at least once."""
    return end + rnd.choices(end, k=SAID // CUSTOMERS - len(end))


def furthest(end):
    return max(end, key=["accepted", "undelivered", "delivered"].index)


def receipt(attempt, customer, word, at):
    """Repetitions of a callback have its id."""
    return Arrival(
        at * 1000, Cause("", -1, -1, "dispatcher/gateway", f"{customer}/{word}"), AttemptReceipt(attempt, "p", word)
    )


def test_in_a_storm_of_receipts_every_attempt_ends_as_the_furthest_word_says():
    rnd = random.Random(15)
    story = known(start="2026-03-11 11:00")
    story.hear(overdue())
    attempt, claimed, now = story.claims[0].attempt_id, story.customer, story.now
    ends = {customer: rnd.choice(ENDS) for customer in range(CUSTOMERS)}
    storm = [(customer, word) for customer, end in ends.items() for word in words(rnd, end)]
    rnd.shuffle(storm)
    customers = dict.fromkeys(range(CUSTOMERS), claimed)
    claims = 0
    for turn in range(TURNS):
        waiting = {}
        for customer, word in storm[turn::TURNS]:
            waiting.setdefault(customer, []).append(receipt(attempt, customer, word, now))
        if turn == TURNS // 2:  # the answer to the request itself comes in the middle of it all
            for customer in range(CUSTOMERS):
                answer = Arrival(now * 1000, Cause("", -1, -1, "/sender", "answer"), AttemptAccepted(attempt, "p", "r"))
                waiting.setdefault(customer, []).append(answer)
        for customer, arrivals in waiting.items():
            made = decide(CUSTOMER, customers[customer], arrivals, story.policy, now, LIVE)
            customers[customer] = made.customer
            claims += len(made.claims)

    assert len(storm) == SAID
    statuses = {customer: status_of(draft_of(each), attempt) for customer, each in customers.items()}
    assert Counter(statuses.values()) == Counter(furthest(end) for end in ends.values())
    assert statuses == {customer: furthest(end) for customer, end in ends.items()}
    assert claims == 0
