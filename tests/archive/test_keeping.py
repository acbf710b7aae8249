"""How long each creditor's records are kept: as the settings say, in days or by the preset of a jurisdiction."""

import pytest

from dispatcher.archive.keeping import Days, NoSuchPreset, Retention, retention_of
from dispatcher.settings import Settings, load


def retention(keep: str) -> Retention:
    settings = load({"DISPATCHER_ARCHIVE_KEEP": keep})
    assert isinstance(settings, Settings)
    return retention_of(settings.archive)


def test_nothing_said_is_the_same_for_all():
    assert retention("") == Retention(1095, 3650, {})


def test_days_are_those_of_records_and_of_texts():
    assert retention("acme=730/365, other=90/30").of == {"acme": Days(730, 365), "other": Days(90, 30)}


def test_a_preset_says_how_long_records_are_kept_and_texts_no_longer_than_others():
    assert retention("acme=us-reg-f,beta=cl-21320").of == {"acme": Days(1096, 1095), "beta": Days(731, 731)}


@pytest.mark.parametrize("preset", ["us-reg-g", "in-rbi"])
def test_a_preset_that_does_not_say_it_is_named(preset):
    with pytest.raises(NoSuchPreset, match=preset):
        retention(f"acme={preset}")


@pytest.mark.parametrize("wrong", ["acme", "acme=", "=9/9", "a=1/1,a=2/2", "acme=0/5"])
def test_what_cannot_be_read_is_refused(wrong):
    assert not isinstance(load({"DISPATCHER_ARCHIVE_KEEP": wrong}), Settings)
