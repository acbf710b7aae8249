"""An authority of these tests alone, and what it signs for a broker on loopback."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


def certified(folder: Path) -> tuple[Path, Path]:
    """The authority's certificate, and key and certificate of the broker in one file."""
    authority_key, broker_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = _named("authority of a test")
    constraint = x509.BasicConstraints(ca=True, path_length=0)
    authority = _begun(name, name, authority_key).add_extension(constraint, critical=True)
    places = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")])
    broker = _begun(_named("broker"), name, broker_key).add_extension(places, critical=False)
    ca, own = folder / "ca.pem", folder / "broker.pem"
    ca.write_bytes(_pem(authority.sign(authority_key, hashes.SHA256())))
    key = broker_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own.write_bytes(key + _pem(broker.sign(authority_key, hashes.SHA256())) + ca.read_bytes())
    return ca, own


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
