"""A Dovecot that only checks logins for a private Postfix."""

import shutil
import tempfile
from pathlib import Path

from dispatcher.local.process import LocalProcess
from tests.broker.operations import eventually

_CONFIGURED = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols =
ssl = no
auth_mechanisms = plain login
default_login_user = postfix
default_internal_user = postfix
default_internal_group = postfix
passdb {{
  driver = static
  args = password={password} user={name}
}}
userdb {{
  driver = static
  args = uid=postfix gid=postfix home={folder}
}}
service auth {{
  unix_listener {socket} {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """Serves while entered, at a socket; it knows one name and password."""

    def __init__(self, socket: Path, *, name: str, password: str):
        self._socket, self._name, self._password = socket, name, password

    async def __aenter__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="dovecot"))
        self._folder.chmod(0o755)
        configured = self._folder / "dovecot.conf"
        told = {"folder": self._folder, "socket": self._socket, "name": self._name, "password": self._password}
        configured.write_text(_CONFIGURED.format(**told))
        self._process = LocalProcess(["/usr/sbin/dovecot", "-F", "-c", configured], self._folder / "output.log")
        await eventually(self._serves, "Dovecot checks logins")
        return self

    async def __aexit__(self, *_):
        await self._process.end()
        shutil.rmtree(self._folder)

    def _serves(self) -> bool:
        if self._process.exit_code is not None:
            raise RuntimeError(f"Dovecot ended: {self._process.output()}")
        return self._socket.is_socket()
