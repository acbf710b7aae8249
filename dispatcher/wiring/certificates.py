"""When the certificates of the connection to Kafka end: those that a process read at its start are those that it uses."""

from collections.abc import Iterator

from cryptography import x509

from dispatcher.ops.labels import Certificate
from dispatcher.settings.model import Kafka


def ends_of(kafka: Kafka) -> Iterator[tuple[Certificate, float]]:
    """Each certificate that is named, and when it ends (seconds since 1970); of several authorities the first to end.

    Raises:
        OSError, ValueError: a file cannot be read, or holds no certificate; the client has said so before.
    """
    if not kafka.security_protocol.endswith("SSL"):
        return
    if kafka.ca_file is not None:
        yield "authority", min(map(_end, x509.load_pem_x509_certificates(kafka.ca_file.read_bytes())))
    if kafka.cert_file is not None:
        yield "client", _end(x509.load_pem_x509_certificates(kafka.cert_file.read_bytes())[0])


def _end(certificate: x509.Certificate) -> float:
    return certificate.not_valid_after_utc.timestamp()
