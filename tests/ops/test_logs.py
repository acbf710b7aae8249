"""One JSON object a line, from us and from the libraries alike, and nobody's data in it."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from dispatcher.engine.clients import KafkaAway
from dispatcher.ops import logs

LIBRARIES = ("faust", "aiokafka", "mode", "aiohttp", "asyncio")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, {name: logging.getLogger(name).level for name in logs.LIBRARIES})
    stream = io.StringIO()
    logs.configure("info", stream=stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], root.level = before[0], before[1]
    for name, level in before[2].items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()


def records(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_one_json_object_with_its_fields(written: io.StringIO):
    structlog.get_logger("dispatcher.engine.lane").info("restored", partition=3, offset=41)

    (record,) = records(written)
    assert {name: record[name] for name in ("event", "level", "logger", "partition", "offset")} == {
        "event": "restored",
        "level": "info",
        "logger": "dispatcher.engine.lane",
        "partition": 3,
        "offset": 41,
    }


def test_a_record_says_when_in_utc(written: io.StringIO):
    structlog.get_logger().info("x")

    assert str(records(written)[0]["timestamp"]).endswith("Z")


@pytest.mark.parametrize("library", LIBRARIES)
def test_libraries_speak_through_the_same_formatter(written: io.StringIO, library: str):
    logging.getLogger(f"{library}.client").warning("lost %s", "node 1")

    (record,) = records(written)
    assert (record["event"], record["logger"]) == ("lost node 1", f"{library}.client")


@pytest.mark.parametrize("library", LIBRARIES)
def test_libraries_are_heard_from_warning_up(written: io.StringIO, library: str):
    logging.getLogger(library).info("chatter")

    assert records(written) == []


def test_addresses_in_a_librarys_message_are_masked(written: io.StringIO):
    logging.getLogger("aiohttp.client").error("cannot reach %s for %s", "ada@example.com", "+4915123456789")

    assert records(written)[0]["event"] == "cannot reach [address] for [number]"


def test_addresses_in_a_field_are_masked(written: io.StringIO):
    structlog.get_logger().warning("refused", answer={"to": ["+4915123456789"]})

    assert records(written)[0]["answer"] == {"to": ["[number]"]}


def test_an_exception_is_told_with_its_frames_but_without_values(written: io.StringIO):
    name_of_customer = "Ada Lovelace"
    try:
        raise LookupError("no address ada@example.com")  # noqa: TRY301
    except LookupError:
        structlog.get_logger().exception("failed")

    text = written.getvalue()
    assert ("LookupError" in text, __name__.rpartition(".")[2] in text) == (True, True)
    assert (name_of_customer in text, "ada@example.com" in text) == (False, False)


def told_of(written: io.StringIO, fault: Exception) -> str:
    structlog.get_logger().error("failed", exc_info=fault)
    return written.getvalue()


@pytest.mark.parametrize("fault", [KeyError("Ada Lovelace"), ValueError("no such name: Ada Lovelace")], ids=repr)
def test_the_words_of_a_strangers_exception_are_withheld(written: io.StringIO, fault: Exception):
    told = told_of(written, fault)

    assert (type(fault).__name__ in told, "Ada" in told) == (True, False)


def test_so_are_those_of_what_led_to_ours(written: io.StringIO):
    fault = KafkaAway("Kafka at node:9092 did not answer")
    fault.__cause__ = KeyError("Ada Lovelace")
    told = told_of(written, fault)

    assert ("node:9092" in told, "Ada" in told) == (True, False)


def test_those_of_a_group_are_withheld_too(written: io.StringIO):
    assert "Ada" not in told_of(written, ExceptionGroup("some", [KeyError("Ada Lovelace")]))


def test_what_asyncio_says_of_a_task_that_failed_is_cut_short(written: io.StringIO):
    logging.getLogger("asyncio").error("never retrieved: <Task finished exception=KeyError('Ada Lovelace')>")

    assert records(written)[0]["event"] == "never retrieved: <Task finished exception=KeyError(...)"


def test_a_line_break_in_a_message_makes_no_second_line(written: io.StringIO):
    structlog.get_logger().info("one\ntwo")

    assert len(written.getvalue().splitlines()) == 1


def test_warnings_of_python_are_logged(written: io.StringIO):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.configure("info", stream=written)
        warnings.warn("deprecated", stacklevel=1)

    assert records(written)[0]["logger"] == "py.warnings"


def test_flush_survives_a_stream_that_is_gone(written: io.StringIO):
    written.close()

    logs.flush()


def test_the_level_is_a_setting(written: io.StringIO):
    logs.configure("error", stream=written)

    structlog.get_logger().warning("x")

    assert records(written) == []


def test_what_is_logged_of_a_contact_names_its_trace_id_as_it_is(written: io.StringIO):
    """An id that looks like a telephone number to whoever masks those."""
    with logs.traced("00-0012345678903dd8448eb211c80319c0-b7ad6b7169203331-01"):
        structlog.get_logger().info("inside")
    structlog.get_logger().info("outside")

    inside, outside = records(written)
    assert (inside["trace_id"], outside.get("trace_id")) == ("0012345678903dd8448eb211c80319c0", None)


def test_without_a_trace_nothing_is_named(written: io.StringIO):
    with logs.traced(""):
        structlog.get_logger().info("inside")

    assert "trace_id" not in records(written)[0]
