"""A Kafka that lets in only who proves a name over TLS, and does only what that name's access list says."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.helpers import create_ssl_context
from aiokafka.protocol.admin import CreateAclsRequest

from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.ports import free_ports
from dispatcher.ops.access_plan import ROLES, Grant, Role, grants
from tests.security.certificates import certified

APP_ID = "reminders-of-a-test"
PREFIX = "secured."
TRIED = "tried."
"""Prefix of a second set of topics with the same lists: what may be tried there must not disturb anybody."""

_RESOURCES = {"topic": 2, "group": 3, "transactional-id": 5}
_OPERATIONS = {"READ": 3, "WRITE": 4, "CREATE": 5, "DESCRIBE": 8, "DESCRIBE_CONFIGS": 10}
_LITERAL, _PREFIXED = 3, 4
_ALLOW = 3


@dataclass(frozen=True, repr=False)
class Secured:
    """Where clients come in (`address`), where the tests look on from inside (`inside`), and everybody's password."""

    address: str
    inside: str
    ca: Path
    passwords: Mapping[str, str]

    def settings(self, role: Role) -> dict[str, str]:
        """The variables of a process of this role."""
        return {
            "DISPATCHER_BOOTSTRAP_SERVERS": self.address,
            "DISPATCHER_APP_ID": APP_ID,
            "DISPATCHER_TOPIC_PREFIX": PREFIX,
            "DISPATCHER_PARTITIONS": "2",
            "DISPATCHER_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "DISPATCHER_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
            "DISPATCHER_KAFKA_SASL_USERNAME": role,
            "DISPATCHER_KAFKA_SASL_PASSWORD": self.passwords[role],
            "DISPATCHER_KAFKA_CA_FILE": str(self.ca),
        }

    def client(self, role: Role) -> dict[str, Any]:
        """What a bare client needs to come in as this role."""
        return {
            "bootstrap_servers": self.address,
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": role,
            "sasl_plain_password": self.passwords[role],
            "ssl_context": create_ssl_context(cafile=str(self.ca)),
        }


@asynccontextmanager
async def secured(folder: Path) -> AsyncIterator[Secured]:
    """A broker with every role's list, and nothing else allowed to anybody."""
    ca, own = certified(folder)
    passwords = {role: secrets.token_hex(12) for role in ROLES}
    outside, inside, controller = free_ports(3)
    listeners = f"BROKER://127.0.0.1:{inside},CLIENT://127.0.0.1:{outside},CONTROLLER://127.0.0.1:{controller}"
    overrides = {
        "listeners": listeners,
        "advertised.listeners": f"BROKER://127.0.0.1:{inside},CLIENT://127.0.0.1:{outside}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,CLIENT:SASL_SSL",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(own),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(ca),
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.client.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        # Who looks on from inside comes by a listener that no process of the product is told of.
        "super.users": "User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "false",
    }
    async with EmbeddedKafka(overrides=overrides, port=inside, users=passwords):
        found = Secured(f"127.0.0.1:{outside}", f"127.0.0.1:{inside}", ca, passwords)
        for role in ROLES:
            for prefix in (PREFIX, TRIED):
                await allow(found, role, grants(role, prefix=prefix, app_id=APP_ID))
        yield found


async def allow(kafka: Secured, role: Role, given: tuple[Grant, ...]) -> None:
    """Write a role's list into the cluster."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.inside)
    await admin.start()
    try:
        for grant in given:
            pattern = _PREFIXED if grant.prefixed else _LITERAL
            for operation in grant.operations:
                answer = await admin._send_to_controller(
                    CreateAclsRequest(
                        _RESOURCES[grant.resource],
                        grant.name,
                        pattern,
                        f"User:{role}",
                        "*",
                        _OPERATIONS[operation],
                        _ALLOW,
                    )
                )
                assert answer.creation_responses[0][0] == 0, answer
    finally:
        await admin.close()
