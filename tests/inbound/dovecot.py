"""Debian's dovecot on loopback: one folder of mails, of an account that only the test has."""

import getpass
import grp
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIGURED = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {inner}
default_internal_group = {group}
default_login_user = {inner}
first_valid_uid = 1
mail_location = maildir:{base}/mail
mail_uid = {user}
mail_gid = {group}
mail_fsync = never
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """`url`: as in `IMAP_URL`; `folder`: the Maildir itself, where a mail that is marked bears an S."""

    url: str
    folder: Path

    def seen(self) -> set[int]:
        """The numbers of the mails that are marked as seen."""
        names = [path.name for path in (self.folder / "cur").glob("*:2,*S*")]
        return {int(name.partition(".")[0]) for name in names}


@contextmanager
def dovecot(mails: list[bytes]) -> Iterator[Dovecot]:
    """Serves these mails, the first as number 1, until the block ends."""
    with TemporaryDirectory(prefix="dovecot-") as name:
        base, port = Path(name), _free_port()
        folder = _configured(base, port, mails)
        with subprocess.Popen(
            [str(PROGRAM), "-F", "-c", base / "dovecot.conf"], stderr=subprocess.PIPE
        ) as server:
            try:
                _wait_for(port, server)
                yield Dovecot(f"imap://hub:secret@127.0.0.1:{port}/INBOX", folder)
            finally:
                server.terminate()


def _configured(base: Path, port: int, mails: list[bytes]) -> Path:
    """Writes the mails and what dovecot has to know; returns the folder of mails."""
    folder, (user, group) = base / "mail", _account()
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, raw in enumerate(mails, 1):
        (folder / "new" / f"{number:06}.M1P1.hub").write_bytes(raw)
    text = CONFIGURED.format(base=base, port=port, user=user, group=group, inner=user)
    (base / "dovecot.conf").write_text(text)
    if os.getuid() == 0:
        for path in (base, *base.rglob("*")):
            shutil.chown(path, user, group)
    return folder


def _account() -> tuple[str, str]:
    """Whose the mails are: dovecot serves none that are root's."""
    name = "nobody" if os.getuid() == 0 else getpass.getuser()
    gid = pwd.getpwnam(name).pw_gid
    return name, grp.getgrgid(gid).gr_name


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if server.poll() is not None:
            raise AssertionError(server.stderr.read().decode() if server.stderr else "")
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("dovecot did not begin to listen")
