"""What each kind of process may do at Kafka, and nothing more: the access lists of an installation.

Every line is needed: `tests/security` runs the processes with exactly these lists and tries what they leave out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from schemas import topics

Role = Literal["billing", "worker", "gateway", "archive", "operator", "auditor"]
"""`billing` publishes events; `operator` and `auditor` are people with the command line: one changes, one only looks."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)

Resource = Literal["topic", "group", "transactional-id"]
Operation = Literal["READ", "WRITE", "DESCRIBE", "CREATE", "DESCRIBE_CONFIGS"]
"""As Kafka names them. READ and WRITE of a topic contain DESCRIBE."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role may do with one resource; `prefixed`: with all whose name begins like that."""

    resource: Resource
    name: str
    operations: tuple[Operation, ...]
    prefixed: bool = False


_Operations = tuple[Operation, ...]

_READ: Final[_Operations] = ("READ",)
_WRITE: Final[_Operations] = ("WRITE",)
_SEEN: Final[_Operations] = ("DESCRIBE",)
_BOTH: Final[_Operations] = ("READ", "WRITE")
_WRITTEN_AND_JUDGED: Final[_Operations] = ("READ", "WRITE", "DESCRIBE_CONFIGS")
_JUDGED: Final[_Operations] = ("READ", "DESCRIBE_CONFIGS")
_MANAGED: Final[_Operations] = ("CREATE", "READ", "DESCRIBE_CONFIGS")
_MANAGED_AND_WRITTEN: Final[_Operations] = (*_MANAGED, "WRITE")

_INPUTS: Final[Mapping[str, _Operations]] = dict.fromkeys(topics.INPUTS, _READ)
_ALL: Final = tuple(topic.name for topic in topics.TOPICS)
_STATED_BY_OPERATORS: Final = (
    *topics.INPUTS,  # `publish`, `import`, `rejected replay`
    topics.INBOX,  # `topics apply` marks it; `doubt resolve`, `parked replay`
    topics.POLICY,
    topics.BRAKES,
    topics.POINTS,
    topics.KEYS,  # that of what the operator states
)

_TOPICS: Final[Mapping[Role, Mapping[str, _Operations]]] = {
    "billing": dict.fromkeys(topics.INPUTS, _WRITE),
    "worker": {
        **_INPUTS,
        topics.INBOX: _WRITTEN_AND_JUDGED,  # how long it is kept is how long its writers' keys are
        topics.STATE: _BOTH,
        topics.JOURNAL: _BOTH,  # a lost state is built anew from it
        topics.TASKS: _WRITE,
        topics.TEXTS: ("WRITE", "DESCRIBE_CONFIGS"),
        topics.REJECTED: ("WRITE", "DESCRIBE_CONFIGS"),
        topics.KEYS: _BOTH,  # read where nothing is sealed, too: that it is so
        topics.POLICY: _BOTH,  # the first start writes the policy of its file
        topics.BRAKES: _READ,
        topics.POINTS: _BOTH,  # a provider's answer can say that a number has opted out
    },
    "gateway": {
        **dict.fromkeys(_ALL, _SEEN),  # at the start: is every topic there, and does it fit the inbox?
        **dict.fromkeys(topics.INPUTS, _WRITE),
        topics.INBOX: _WRITE,
        topics.POINTS: _WRITE,
        topics.KEYS: _BOTH,  # opens tasks, and leaves the key of what it states
        topics.TASKS: _READ,
        topics.JOURNAL: _READ,  # answers to the question whether somebody may be called now
    },
    "archive": dict.fromkeys(
        (topics.JOURNAL, topics.INBOX, topics.TASKS, topics.POLICY, topics.TEXTS, topics.KEYS), _READ
    ),
    "operator": {
        **dict.fromkeys(_ALL, _MANAGED),
        **dict.fromkeys(_STATED_BY_OPERATORS, _MANAGED_AND_WRITTEN),
    },
    "auditor": dict.fromkeys(_ALL, _JUDGED),
}


def grants(role: Role, *, prefix: str, app_id: str) -> tuple[Grant, ...]:
    """The access list of a role in an installation of this topic prefix and name."""
    own = prefix + app_id
    listed = [Grant("topic", prefix + name, operations) for name, operations in _TOPICS[role].items()]
    match role:
        case "worker":
            listed.append(Grant("group", own, _READ))
            listed.append(Grant("transactional-id", f"{own}-", ("WRITE",), prefixed=True))
        case "gateway":
            listed.append(Grant("group", f"{own}-desk", _READ))
        case "operator":
            listed.append(Grant("group", own, ("DESCRIBE",)))
            listed.append(Grant("transactional-id", f"{own}-policy", ("WRITE",)))  # of two who apply one waits
        case "auditor":
            listed.append(Grant("group", own, ("DESCRIBE",)))
        case "billing" | "archive":
            pass
    return tuple(listed)


SCRIPT_HEAD: Final = (
    "#!/bin/sh",
    "# What each process may do at Kafka, as `dispatcher topics acls` prints it. Print it anew for a name of yours.",
    '# KAFKA_ACLS="kafka-acls.sh --bootstrap-server HOST:PORT --command-config FILE" sh acls.sh',
    "set -eu",
)


def commands(role: Role, principal: str, given: Sequence[Grant]) -> Iterator[str]:
    """The same as lines for a shell: each calls `$KAFKA_ACLS`, which is `kafka-acls.sh` with server and configuration."""
    yield f"# {role}"
    for grant in given:
        pattern = " --resource-pattern-type prefixed" if grant.prefixed else ""
        operations = "".join(f" --operation {_SPELT.get(each, each.title())}" for each in grant.operations)
        yield f"$KAFKA_ACLS --add --allow-principal '{principal}'{operations} --{grant.resource} '{grant.name}'{pattern}"


_SPELT: Final[Mapping[str, str]] = {"DESCRIBE_CONFIGS": "DescribeConfigs"}
