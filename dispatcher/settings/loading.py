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
    sending, allowlist = read.read(v.sending.SENDING), read.read(v.sending.ALLOWLIST)
    read.problems += [*unused_allowlist(sending, allowlist), *typos]
    settings = Settings(
        bootstrap_servers=read.read(v.kafka.BOOTSTRAP_SERVERS),
        app_id=read.read(v.installation.APP_ID),
        topic_prefix=read.read(v.installation.TOPIC_PREFIX),
        partitions=read.read(v.kafka.PARTITIONS),
        replication=read.read(v.kafka.REPLICATION),
        session_timeout_s=read.read(v.kafka.SESSION_TIMEOUT),
        kafka=kafka(read),
        policy=read.read(v.installation.POLICY),
        templates=read.read(v.installation.TEMPLATES),
        data_dir=read.read(v.installation.DATA_DIR),
        archive=Archive(
            read.read(v.archive.DATABASE_URL),
            read.read(v.archive.ARCHIVE_TEXT_DAYS),
            read.read(v.archive.ARCHIVE_DAYS),
            read.read(v.archive.ARCHIVE_METRICS_PORT),
            read.read(v.archive.ARCHIVE_KEEP),
        ),
        reports=Reports(
            read.read(v.archive.REPORT_ZONE), read.read(v.archive.BAD_DEBT_DAYS), read.read(v.archive.CONTACT_PRICES)
        ),
        secret=read.read(v.installation.SECRET),
        masters=read.read(v.installation.MASTER_KEY),
        public_url=read.read(v.gateway.PUBLIC_URL),
        gateway=served,
        staff=staff(read, served),
        metrics_host=read.read(v.installation.METRICS_HOST),
        metrics_port=read.read(v.installation.METRICS_PORT),
        log_level=read.read(v.installation.LOG_LEVEL),
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
