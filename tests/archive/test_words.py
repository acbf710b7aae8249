"""Words of and about people stand sealed in an archive that has a master key, and their key goes when they go."""

from sqlalchemy import Engine, select

from dispatcher.archive.queries import Archive
from dispatcher.archive.tables import META, TEXTS
from schemas.inbox import HoldPlaced
from schemas.master_keys import MasterKeys
from tests.archive.journal import Topics, archived, begun
from tests.archive.test_emptying import cared_for, erased, lived
from tests.archive.test_queries import called

MASTERS = MasterKeys([b"m" * 32])


def kept(engine: Engine, told: Topics, masters: MasterKeys | None = MASTERS) -> None:
    """Archive it all in one turn."""
    archived(engine, told.records, masters=masters)


def bodies(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(TEXTS.c.body)).scalars())


def keys(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        names = connection.execute(select(META.c.name)).scalars()
        return sorted(name for name in names if name.startswith("words of "))


def scripts(engine: Engine, masters: MasterKeys | None) -> list[str | None]:
    """The words of a call that stand in the customer's file."""
    told = Topics()
    called(told, "Ada", "ct-1.1", 0, "promise")
    kept(engine, told)
    return [each.text for each in Archive(engine, masters=masters).contacts("Ada")]


def test_whoever_has_the_master_key_reads_them(engine: Engine):
    assert scripts(engine, MASTERS) == ["Script ct-1.1"]


def test_whoever_has_it_not_does_not(engine: Engine):
    assert scripts(engine, None) == [None]


def both() -> Topics:
    told = Topics()
    for customer in ("Ada", "Bob"):
        lived(told, customer)
    return told


def test_no_words_stand_in_the_archive_as_they_were_said(engine: Engine):
    kept(engine, both())
    assert (bodies(engine) != [], [each for each in bodies(engine) if "Ada" in each or "Bob" in each]) == (True, [])


def test_without_a_master_key_they_stand_there_as_they_were_said(engine: Engine):
    kept(engine, both(), None)
    assert any("Ada" in each for each in bodies(engine))


def test_each_customer_has_a_key(engine: Engine):
    kept(engine, both())
    assert keys(engine) == ["words of Ada", "words of Bob"]


def test_after_a_new_master_key_the_former_one_is_not_needed(engine: Engine):
    told = Topics()
    called(told, "Ada", "ct-1.1", 0, "promise")
    kept(engine, told)
    begun(engine, masters=MasterKeys([b"n" * 32, b"m" * 32]))
    assert [each.text for each in Archive(engine, masters=MasterKeys([b"n" * 32])).contacts("Ada")] == ["Script ct-1.1"]


def test_an_erasure_takes_the_key_with_the_last_words(engine: Engine):
    told = both()
    erased(told, "Ada")
    kept(engine, told)
    cared_for(engine)
    assert keys(engine) == ["words of Bob"]


def test_while_a_legal_hold_keeps_the_words_it_keeps_the_key(engine: Engine):
    told = both()
    told.said("Ada", HoldPlaced("L", "customer", "legal"))
    erased(told, "Ada")
    kept(engine, told)
    cared_for(engine)
    assert keys(engine) == ["words of Ada", "words of Bob"]
