"""From the environment to `Settings`, or to everything that is wrong with it."""

from collections.abc import Mapping

from dispatcher.settings import variables as v
from dispatcher.settings.consistency import (
    adapters,
    clock,
    email,
    gateway,
    kafka,
    staff,
    terms,
    twilio,
    unused_allowlist,
)
from dispatcher.settings.model import Archive, Settings
from dispatcher.settings.problems import SettingsProblems
from dispatcher.settings.reading import Reader
from dispatcher.settings.reports import Reports
from dispatcher.settings.strangers import strangers


def load(environ: Mapping[str, str]) -> Settings | SettingsProblems:
    """The settings of an environment.

    Args:
        environ: the process's environment, or any mapping; only `DISPATCHER_*` is looked at.
            Files are read where a variable `<NAME>_FILE` names one.
    """
    read = Reader(environ)
    texts, mails, served = twilio(read), email(read), gateway(read)
    chosen = adapters(read, environ)
    typos, warnings = strangers(environ, chosen.named.values())
    sending, allowlist = read.read(v.SENDING), read.read(v.ALLOWLIST)
    read.problems += [*unused_allowlist(sending, allowlist), *typos]
    settings = Settings(
        bootstrap_servers=read.read(v.BOOTSTRAP_SERVERS),
        app_id=read.read(v.APP_ID),
        topic_prefix=read.read(v.TOPIC_PREFIX),
        partitions=read.read(v.PARTITIONS),
        replication=read.read(v.REPLICATION),
        session_timeout_s=read.read(v.SESSION_TIMEOUT),
        kafka=kafka(read),
        policy=read.read(v.POLICY),
        templates=read.read(v.TEMPLATES),
        data_dir=read.read(v.DATA_DIR),
        archive=Archive(
            read.read(v.DATABASE_URL),
            read.read(v.ARCHIVE_TEXT_DAYS),
            read.read(v.ARCHIVE_DAYS),
            read.read(v.ARCHIVE_METRICS_PORT),
            read.read(v.ARCHIVE_KEEP),
        ),
        reports=Reports(read.read(v.REPORT_ZONE), read.read(v.BAD_DEBT_DAYS), read.read(v.CONTACT_PRICES)),
        secret=read.read(v.SECRET),
        masters=read.read(v.MASTER_KEY),
        public_url=read.read(v.PUBLIC_URL),
        gateway=served,
        staff=staff(read, served),
        metrics_host=read.read(v.METRICS_HOST),
        metrics_port=read.read(v.METRICS_PORT),
        log_level=read.read(v.LOG_LEVEL),
        sending=sending,
        allowlist=allowlist,
        twilio=texts[0],
        twilio_2=texts[1],
        smtp=mails[0],
        smtp_2=mails[1],
        email_from=mails[2],
        terms=terms(read),
        adapters=chosen,
        clock=clock(read, texts, mails[:2], chosen, served.desk_url),
        entries=tuple(sorted(read.entries, key=lambda entry: entry.variable)),
        warnings=warnings,
    )
    if read.problems:
        return SettingsProblems(tuple(sorted(read.problems, key=lambda problem: problem.variable)))
    return settings
