"""Which parts of a mail are its text, and the text in them, whatever charset they claim."""

from email.message import Message

LATIN = {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252"}
LARGEST = 4 * 2**20


def bodies_of(leaves: list[Message]) -> tuple[list[Message], list[Message]]:
    """The parts that are the mail's words: as text, and as HTML. Files are neither."""
    shown = [leaf for leaf in leaves if not _is_file(leaf)]
    texts = [leaf for leaf in shown if leaf.get_content_type() == "text/plain"]
    htmls = [leaf for leaf in shown if leaf.get_content_type() == "text/html"]
    return texts, htmls


def _is_file(leaf: Message) -> bool:
    return leaf.get_content_disposition() == "attachment" or bool(leaf.get_filename())


def as_text(leaf: Message) -> str:
    """The text of a part with `\\n` alone, and no NUL. A charset that is not true is found out: bytes that are UTF-8
    are read so whatever they claim, and what nothing fits is read as cp1252.
    """
    data = leaf.get_payload(decode=True)
    if not isinstance(data, bytes):
        payload = leaf.get_payload()
        data = payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""
    return decoded(data[:LARGEST], leaf.get_content_charset() or "")


def decoded(data: bytes, claimed: str) -> str:
    """Bytes as text: UTF-8 if they are, else what they claim to be; Latin-1 is read as cp1252, as browsers do."""
    for charset in ("utf-8-sig", "" if claimed in LATIN else claimed):
        try:
            found = data.decode(charset, "strict") if charset else None
        except (UnicodeError, LookupError, ValueError):
            continue
        if found is not None and not (charset == "utf-8-sig" and "\x1b" in found and claimed):
            return _tidy(found)
    return _tidy(data.decode("cp1252", "replace"))


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def unflowed(leaf: Message, text: str) -> str:
    """The text with the lines joined that the mail program broke (RFC 3676); as it is where it says nothing of it."""
    if str(leaf.get_param("format") or "").lower() != "flowed":
        return text
    delete = str(leaf.get_param("delsp") or "").lower() == "yes"
    found: list[str] = []
    flows, before = False, 0
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:].removeprefix(" ")
        soft = body.endswith(" ") and body != "-- "
        if flows and found and depth == before:
            found[-1] += body[:-1] if soft and delete else body
        else:
            found.append(f"{'>' * depth} {body}" if depth else body)
            if soft and delete:
                found[-1] = found[-1][:-1]
        flows, before = soft, depth
    return "\n".join(found)
