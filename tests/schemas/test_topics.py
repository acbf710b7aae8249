"""The table of topics agrees with itself and with the types of events."""

from schemas.envelope import TYPES_OF_TOPIC
from schemas.events import EVENT_TYPES
from schemas.topics import INPUTS, STOPPING_INPUTS, TOPICS

BY_NAME = {topic.name: topic for topic in TOPICS}


def test_no_topic_stands_twice():
    assert len(BY_NAME) == len(TOPICS)


def test_the_inputs_are_those_on_which_events_may_stand():
    assert set(INPUTS) == set(TYPES_OF_TOPIC) == {topic for topic, _ in EVENT_TYPES.values()}


def test_the_inputs_belong_to_billing_and_the_others_to_us():
    assert {name for name, topic in BY_NAME.items() if topic.owner == "billing"} == set(INPUTS)


def test_what_stops_a_contact_is_read_before_what_causes_one():
    assert INPUTS[: len(STOPPING_INPUTS)] == STOPPING_INPUTS
    assert {"billing.due", "billing.overdue"}.isdisjoint(STOPPING_INPUTS)


def test_the_time_of_a_payment_is_that_of_the_broker():
    assert all(("message.timestamp.type", "LogAppendTime") in BY_NAME[name].settings for name in INPUTS)


def test_all_that_concerns_one_customer_stands_in_partitions_of_one_number():
    assert {name for name, topic in BY_NAME.items() if topic.partitioned_by_customer} == {
        "reminders.inbox",
        "reminders.state",
        "reminders.journal",
        "reminders.keys",
        "reminders.tasks",
        "reminders.texts",
    }


def test_only_what_is_the_last_word_by_key_is_compacted():
    compacted = {name for name, topic in BY_NAME.items() if ("cleanup.policy", "compact") in topic.settings}
    assert compacted == {"reminders.state", "reminders.policy", "reminders.brakes", "reminders.keys"}


def test_no_setting_stands_twice():
    assert all(len(dict(topic.settings)) == len(topic.settings) for topic in TOPICS)


def test_only_texts_can_be_done_without():
    assert {name for name, topic in BY_NAME.items() if topic.optional} == {"reminders.texts"}
