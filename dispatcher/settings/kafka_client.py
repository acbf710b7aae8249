"""TLS and SASL in the words of the Kafka client's keyword arguments."""

import ssl

from dispatcher.settings.model import Kafka


def client_options(kafka: Kafka) -> dict[str, object]:
    """Keyword arguments for every client; nothing where the cluster speaks plain text.

    Raises:
        OSError: a certificate or key cannot be read (`ssl.SSLError` is one: no PEM, or no pair).
    """
    options: dict[str, object] = {}
    if kafka.security_protocol != "PLAINTEXT":
        options["security_protocol"] = kafka.security_protocol
    if kafka.security_protocol in {"SSL", "SASL_SSL"}:
        options["ssl_context"] = _tls(kafka)
    if kafka.security_protocol.startswith("SASL") and kafka.sasl_password is not None:
        options["sasl_mechanism"] = kafka.sasl_mechanism
        options["sasl_plain_username"] = kafka.sasl_username
        options["sasl_plain_password"] = kafka.sasl_password.reveal()
    return options


def _tls(kafka: Kafka) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=kafka.ca_file)
    if kafka.cert_file is not None:
        # An empty password, unlike none, never makes OpenSSL ask on the terminal.
        password = "" if kafka.key_password is None else kafka.key_password.reveal()
        context.load_cert_chain(kafka.cert_file, kafka.key_file, password)
    return context
