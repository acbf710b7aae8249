"""Debian's Postfix as a private instance with its own configuration, queue and ports, beside whatever the system runs."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from dispatcher.local.ports import free_ports, is_free
from dispatcher.local.process import LocalProcess
from tests.broker.operations import eventually

NAME, PASSWORD = "dispatcher", "password-of-a-test"
_MASTER = "/usr/lib/postfix/sbin/master"

_MAIN = """
compatibility_level = 3.6
myhostname = mx.creditor.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
alias_maps =
local_recipient_maps =
relayhost = [127.0.0.1]:{relay}
disable_dns_lookups = yes
smtp_host_lookup = native
smtp_tls_security_level = none
message_size_limit = 20480
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
delay_warning_time = 1s
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{policy}, permit_mynetworks, reject
smtpd_end_of_data_restrictions = check_policy_service inet:127.0.0.1:{end_of_data}
smtpd_tls_chain_files = {pem}
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_error_sleep_time = 0
"""

_SERVICES = """
127.0.0.1:{plain} inet n - n - - smtpd
127.0.0.1:{starttls} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt {auth}
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes {auth}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_AUTH = "-o smtpd_sasl_auth_enable=yes -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject"


class Postfix:
    """Serves while entered, and hands what it takes to the mail server at the port `relay`.

    `policy` and `end_of_data` are ports of policy servers, asked at RCPT and at the end of the data. `sasl`: whether
    logins are checked, by a Dovecot of its own (see `listen`).
    """

    def __init__(self, pem: Path, *, relay: int, policy: int, end_of_data: int, sasl: bool):
        self.plain, self.starttls, self.smtps = free_ports(3)
        self._pem, self._relay, self._policy, self._end_of_data, self._sasl = pem, relay, policy, end_of_data, sasl

    async def __aenter__(self):
        # Its daemons give up root: they must reach their queue, which pytest's own folders do not let them.
        self._folder = Path(tempfile.mkdtemp(prefix="postfix"))
        self._folder.chmod(0o755)
        configured = self._folder / "etc"
        configured.mkdir()
        (self._folder / "queue").mkdir()
        (self._folder / "data").mkdir()
        shutil.chown(self._folder / "data", "postfix")
        (configured / "main.cf").write_text(
            _MAIN.format(
                folder=self._folder,
                relay=self._relay,
                policy=self._policy,
                end_of_data=self._end_of_data,
                pem=self._pem,
            )
        )
        ports = {"plain": self.plain, "starttls": self.starttls, "smtps": self.smtps}
        (configured / "master.cf").write_text(_SERVICES.format(**ports, auth=_AUTH if self._sasl else ""))
        subprocess.run(["/usr/sbin/postfix", "-c", configured, "check"], check=True, capture_output=True)
        self._process = LocalProcess([_MASTER, "-d", "-c", configured], self._folder / "master.log")
        await eventually(self._serves, "Postfix listens on all its ports")
        return self

    async def __aexit__(self, *_):
        await self._process.end()
        shutil.rmtree(self._folder)

    @property
    def auth_socket(self) -> Path:
        """Where it asks whether a login is right."""
        return self._folder / "queue" / "private" / "auth"

    def log(self) -> str:
        """What it has logged."""
        return (self._folder / "mail.log").read_text()

    def _serves(self) -> bool:
        if self._process.exit_code is not None:
            raise RuntimeError(f"Postfix ended: {self._process.output()} {self.log()}")
        return not any(is_free(port) for port in (self.plain, self.starttls, self.smtps))
