"""A certificate authority of the test's own, and the certificate it gives to a server on this machine."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


def certify(folder: Path, *, address: str = "127.0.0.1") -> tuple[Path, Path]:
    """The authority's certificate, and key and certificate of a server at this address; valid today and tomorrow."""
    root_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, server_name = _name("authority of a test"), _name("mail server of a test")
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    root = _draft(root_name, root_name, root_key.public_key()).add_extension(constraints, critical=True)
    at = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    server = _draft(server_name, root_name, server_key.public_key()).add_extension(at, critical=False)
    ca, pem = folder / "ca.pem", folder / "server.pem"
    ca.write_bytes(_pem(root.sign(root_key, hashes.SHA256())))
    private = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + _pem(server.sign(root_key, hashes.SHA256())))
    pem.chmod(0o600)
    return ca, pem


def _name(shown: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, shown)])


def _draft(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    draft = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return draft.serial_number(x509.random_serial_number()).not_valid_before(now - _DAY).not_valid_after(now + _DAY)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
