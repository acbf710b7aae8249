"""Variables of the archive and its reports."""

from dispatcher.settings import parsing, reports
from dispatcher.settings.variables.variable import PORT_EXPECTED, Variable, port, secret_text

DATABASE_URL = Variable(
    "DISPATCHER_DATABASE_URL",
    "database of the archive",
    "expected postgresql://user:password@host/name or sqlite:///file",
    secret_text,
    shown="masked",
)
ARCHIVE_TEXT_DAYS = Variable(
    "DISPATCHER_ARCHIVE_TEXT_DAYS",
    "days for which the archive keeps the texts of messages, scripts and notes; a legal hold keeps them longer",
    "expected a whole number from 1 to 36500",
    parsing.whole(1, 36_500),
    "1095",
)
ARCHIVE_DAYS = Variable(
    "DISPATCHER_ARCHIVE_DAYS",
    "days after which the archive empties what it knows of people; a legal hold keeps it longer",
    "expected a whole number from 1 to 36500",
    parsing.whole(1, 36_500),
    "3650",
)
ARCHIVE_KEEP = Variable(
    "DISPATCHER_ARCHIVE_KEEP",
    "creditors for whom the archive keeps records and texts for another time, in days, or as a preset asks",
    "expected CREDITOR=DAYS/TEXT_DAYS or CREDITOR=PRESET, several separated by commas",
    parsing.kept_of_creditors,
)
ARCHIVE_METRICS_PORT = Variable(
    "DISPATCHER_ARCHIVE_METRICS_PORT",
    "port of the archive's /metrics, /livez and /readyz",
    PORT_EXPECTED,
    port,
    "9465",
)
REPORT_ZONE = Variable(
    "DISPATCHER_REPORT_ZONE",
    "zone whose midnights cut days and months of the reports",
    "expected a name of the IANA time zone database, such as Europe/Berlin",
    reports.zone,
    "UTC",
)
BAD_DEBT_DAYS = Variable(
    "DISPATCHER_BAD_DEBT_DAYS",
    "days overdue after which reports count an invoice as bad debt",
    "expected a whole number from 1 to 3650",
    parsing.whole(1, 3_650),
    "180",
)
CONTACT_PRICES = Variable(
    "DISPATCHER_CONTACT_PRICES",
    "what one contact by a channel costs, for the reports",
    "expected channel=price currency, several separated by commas, such as sms=0.08 EUR,call_task=4 EUR",
    reports.prices,
)
