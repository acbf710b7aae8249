"""An operator hears in time that a certificate of the connection to Kafka ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from dispatcher.settings.model import Kafka
from dispatcher.wiring.certificates import ends_of

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def certificate(days: int) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "worker")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(BEGAN)
        .not_valid_after(BEGAN + timedelta(days=days))
    )
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def ended(days: int) -> float:
    return (BEGAN + timedelta(days=days)).timestamp()


def test_without_tls_there_is_none():
    assert list(ends_of(Kafka())) == []


def test_our_own_certificate_is_the_first_of_its_file(tmp_path: Path):
    file = tmp_path / "client.pem"
    file.write_bytes(certificate(30) + certificate(10))

    assert list(ends_of(Kafka("SSL", cert_file=file))) == [("client", ended(30))]


def test_of_several_authorities_the_first_to_end_counts(tmp_path: Path):
    file = tmp_path / "ca.pem"
    file.write_bytes(certificate(300) + certificate(20))

    assert list(ends_of(Kafka("SASL_SSL", ca_file=file))) == [("authority", ended(20))]
