"""Variables of the cluster: where it is, who we are there, and how topics are laid out."""

from typing import get_args

from dispatcher.settings import parsing
from dispatcher.settings.model import SaslMechanism, SecurityProtocol
from dispatcher.settings.variables.variable import FILE_EXPECTED, Variable, file, secret_text

BOOTSTRAP_SERVERS = Variable(
    "DISPATCHER_BOOTSTRAP_SERVERS",
    "Kafka brokers to begin with",
    "expected host:port, several separated by commas",
    parsing.servers,
    "127.0.0.1:9092",
)
PARTITIONS = Variable(
    "DISPATCHER_PARTITIONS",
    "partitions of inbox, state and journal; fixed once the topics exist",
    "expected a whole number from 1 to 1024",
    parsing.whole(1, 1024),
    "16",
)
REPLICATION = Variable(
    "DISPATCHER_REPLICATION",
    "copies of each partition that `topics apply` asks for (3 in production)",
    "expected a whole number from 1 to 9",
    parsing.whole(1, 9),
    "1",
)
SESSION_TIMEOUT = Variable(
    "DISPATCHER_SESSION_TIMEOUT",
    "seconds without a heartbeat after which a worker's partitions go to another",
    "expected seconds from 2 to 300",
    parsing.between(2, 300),
    "10",
)
KAFKA_SECURITY_PROTOCOL: Variable[SecurityProtocol] = Variable(
    "DISPATCHER_KAFKA_SECURITY_PROTOCOL",
    "encryption and authentication towards Kafka",
    "expected PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL",
    parsing.one_of(get_args(SecurityProtocol)),
    "PLAINTEXT",
)
KAFKA_SASL_MECHANISM: Variable[SaslMechanism] = Variable(
    "DISPATCHER_KAFKA_SASL_MECHANISM",
    "how user and password are proved",
    "expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
    parsing.one_of(get_args(SaslMechanism)),
    "SCRAM-SHA-512",
)
KAFKA_SASL_USERNAME = Variable(
    "DISPATCHER_KAFKA_SASL_USERNAME",
    "user at the brokers",
    "expected a name",
    parsing.optional(str),
)
KAFKA_SASL_PASSWORD = Variable(
    "DISPATCHER_KAFKA_SASL_PASSWORD",
    "password at the brokers",
    "expected a password",
    secret_text,
    shown="masked",
)
KAFKA_CA_FILE = Variable(
    "DISPATCHER_KAFKA_CA_FILE", "PEM of the authority that signed the brokers", FILE_EXPECTED, file
)
KAFKA_CERT_FILE = Variable("DISPATCHER_KAFKA_CERT_FILE", "PEM of our own certificate", FILE_EXPECTED, file)
KAFKA_KEY_FILE = Variable("DISPATCHER_KAFKA_KEY_FILE", "PEM of our own key", FILE_EXPECTED, file)
KAFKA_KEY_PASSWORD = Variable(
    "DISPATCHER_KAFKA_KEY_PASSWORD", "password of that key", "expected a password", secret_text, shown="masked"
)
