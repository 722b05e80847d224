"""A small IMAP server on loopback: one folder of mails, read by one client after another. Flags outlive clients."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

COMMAND = re.compile(rb"(\S+) (?:UID )?(\w+) ?(.*)", re.IGNORECASE)


class Folder(socketserver.ThreadingTCPServer):
    """`mails`: the bytes of each, of which empty ones are not given; `seen`: the numbers of those that are marked;
    `fetched`: how many were read.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, mails: list[bytes], password: str = "secret") -> None:
        super().__init__(("127.0.0.1", 0), Client)
        self.mails, self.password = mails, password
        self.seen: set[int] = set()
        self.fetched = 0

    @property
    def url(self) -> str:
        return f"imap://hub:{self.password}@127.0.0.1:{self.server_address[1]}/INBOX"


class Client(socketserver.StreamRequestHandler):
    server: Folder
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        with suppress(ConnectionError):
            for line in self.rfile:
                found = COMMAND.match(line.strip())
                if found:
                    tag, name, rest = found.groups()
                    self.answer(tag.decode(), name.decode().upper(), rest.decode())

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def answer(self, tag: str, name: str, rest: str) -> None:
        verb = getattr(self, f"do_{name.lower()}", None)
        if verb:
            verb(rest)
        refused = name == "LOGIN" and self.server.password not in rest
        self.say(f"{tag} NO wrong password" if refused else f"{tag} OK done")

    def do_logout(self, _rest: str) -> None:
        self.say("* BYE")

    def do_capability(self, _rest: str) -> None:
        self.say("* CAPABILITY IMAP4rev1")

    def do_select(self, _rest: str) -> None:
        self.say(f"* {len(self.server.mails)} EXISTS", "* OK [UIDVALIDITY 1] ok")

    def do_search(self, _rest: str) -> None:
        unseen = [n for n in range(1, len(self.server.mails) + 1) if n not in self.server.seen]
        self.say(" ".join(["* SEARCH", *map(str, unseen)]))

    def do_fetch(self, rest: str) -> None:
        uid = int(rest.split()[0])
        raw = self.server.mails[uid - 1]
        if not raw:
            return
        self.server.fetched += 1
        self.wfile.write(f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")

    def do_store(self, rest: str) -> None:
        self.server.seen.add(int(rest.split()[0]))


@contextmanager
def serving(mails: list[bytes]) -> Iterator[Folder]:
    """The server, listening on a free port, until it is no longer needed."""
    with Folder(mails) as folder:
        threading.Thread(target=folder.serve_forever, args=(0.02,), daemon=True).start()
        yield folder
        folder.shutdown()
