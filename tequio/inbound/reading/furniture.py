"""What mail programs and gateways put around a quotation: who wrote when, From and Subject, rules, warnings."""

import re

BACK = 12
QUOTE = re.compile(r"^\s*(?:[>|]\s?)+")
_FROM = r"de|from|von|da|di|expéditeur|remitente|mittente|absender|van"
_SENT = r"enviad[oa]s?(?:\s+(?:el|em))?|sent|gesendet|envoyé(?:\s+le)?|inviato|fecha|date|datum|data"
_TO = r"para|to|an|à|a|cc|cco|bcc|kopie|copia"
_SUBJECT = (
    r"asunto|subject|betreff|objet|oggetto|assunto|responder a|reply-to|importancia|importance|priorit\w+"
)
FIELD = re.compile(rf"^[\s*_]*(?:{_FROM}|{_SENT}|{_TO}|{_SUBJECT})\s*[*_]*\s*:[*_]*(?:\s|$)", re.IGNORECASE)
FIRST = re.compile(rf"^[\s*_]*(?:{_FROM}|{_SENT})\s*[*_]*\s*:", re.IGNORECASE)
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+|\bTequio\b")
CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
YEAR = re.compile(r"\b(?:20\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2})\b")
SAYS = re.compile(
    r"(?:escribi[óo]|wrote|schrieb|écrit|ha scritto|escreveu)\b",
    re.IGNORECASE,
)
OPENS = re.compile(
    r"^\s*(?:(?:el(?: día)?|on|am|le|il(?: giorno)?|em|no dia|op|a)\s+(?:\w{1,12}\.?,?\s+){0,3}\d{1,4}\b"
    r"|\"?Tequio\b|>>>)",
    re.IGNORECASE,
)
WRAPPED = 45
LABEL = re.compile(rf"^[\s*_]*(?:{_FROM}|{_SENT}|{_TO}|{_SUBJECT})\s*[*_]*\s*:[*_]*\s*$", re.IGNORECASE)
ENDS = re.compile(r"(?::|>>>)[\s*>]*$")
RULE = re.compile(r"^[\s>]*+[-_=*─—]{4,}+[^-_=*─—]{0,80}+[-_=*─—]*+\s*$")
WARNS = re.compile(
    r"^[^\n]*aka\.ms/LearnAboutSenderIdentification|^(?:you don.t often get e-?mail|no suele recibir correo|"
    r"sie erhalten nicht häufig e-mails|vous n.obtenez pas souvent d.e-mail|non si ricevono spesso messaggi|"
    r"você não costuma receber e-mail)|"
    r"^\W*(?:\[?\W*(?:extern\w*|external)\b.{0,40}\]|(?:caution|atenci[óo]n|aten[çc][ãa]o|precauci[óo]n|aviso|warning|"
    r"achtung|attention|attenzione|cuidado|advertencia|external|externo|correo externo|extern)\b\W.{0,300}"
    r"(?:outside|external|extern|fuera|fora|sender|remitente|absender|expéditeur|mittente|links?|enlaces|adjuntos))",
    re.IGNORECASE | re.DOTALL,
)


def is_rule(line: str) -> bool:
    """A line of dashes or the like, with a few words in it or none, such as `-----Mensaje original-----`."""
    return RULE.match(line) is not None


def above(lines: list[str], start: int) -> set[int]:
    """The lines directly above a quotation that belong to it."""
    gone: set[int] = set()
    at = _blank(lines, start - 1, gone)
    said = _attribution(lines, at) or _fields(lines, at)
    gone |= said
    at = _blank(lines, min(said) - 1, gone) if said else at
    while at >= 0 and is_rule(_plain(lines[at])):
        gone.add(at)
        at = _blank(lines, at - 1, gone)
    return gone


def _plain(line: str) -> str:
    return QUOTE.sub("", line)


def _blank(lines: list[str], at: int, gone: set[int]) -> int:
    while at >= 0 and not _plain(lines[at]).strip():
        gone.add(at)
        at -= 1
    return at


def _fields(lines: list[str], last: int) -> set[int]:
    """A block of From, Sent, To, Subject that ends at `last` and says who or when; a gateway may warn below it."""
    last, warning = _over_warning(lines, last)
    first = at = last
    fields = 0
    while at >= 0 and last - at < BACK and _in_block(lines, at):
        if FIELD.match(_plain(lines[at])):
            first, fields = at, fields + 1
        at -= 1
    text = "\n".join(_plain(line) for line in lines[first : last + 1])
    begins = FIRST.match(_plain(lines[first])) if fields > 1 else None
    if not begins or not (ADDRESS.search(text) or CLOCK.search(text) or YEAR.search(text)):
        return set()
    return warning | set(range(first, last + 1))


def _over_warning(lines: list[str], last: int) -> tuple[int, set[int]]:
    """The last line above a warning that ends at `last`, and the warning; (`last`, nothing) where there is none."""
    at = last
    while at >= 0 and _plain(lines[at]).strip():
        at -= 1
    if not WARNS.match("\n".join(_plain(line) for line in lines[at + 1 : last + 1])):
        return last, set()
    blank = set[int]()
    return _blank(lines, at, blank), blank | set(range(at + 1, last + 1))


def _in_block(lines: list[str], at: int) -> bool:
    """Whether a line is a field, the rest of one that goes over two lines, its value in a line of its own, or blank."""
    line = _plain(lines[at])
    if not line.strip() or FIELD.match(line):
        return True
    before = _plain(lines[at - 1]) if at else ""
    if is_rule(line) or not before.strip():
        over = _blank(lines, at - 1, set())
        return not is_rule(line) and over >= 0 and bool(LABEL.match(_plain(lines[over])))
    return bool(FIELD.match(before))


def _attribution(lines: list[str], last: int) -> set[int]:
    """`On …, … wrote:` over up to four lines: it ends with a colon, and names an address, an hour or a day. As few
    lines as can be: what stands above it without a blank line between is the sender's own.
    """
    if last < 0 or not ENDS.search(_plain(lines[last])):
        return set()
    found: list[int] = []
    for at in range(last, max(-1, last - 4), -1):
        if (
            not _plain(lines[at]).strip()
            or found
            and len(_plain(lines[at])) < WRAPPED
            and not _opens(lines, at)
        ):
            break
        found.append(at)
        text = " ".join(_plain(lines[each]) for each in reversed(found))
        marks = bool(ADDRESS.search(text)) + bool(CLOCK.search(text)) + bool(YEAR.search(text))
        begins = _begins(lines, at) or _opens(lines, at)
        if begins and (SAYS.search(text) and marks or marks > 1):
            return set(found)
    return set()


def _opens(lines: list[str], at: int) -> bool:
    """Whether a line begins as a mail program begins to say who wrote when."""
    return OPENS.match(_plain(lines[at])) is not None


def _begins(lines: list[str], at: int) -> bool:
    """Whether the line above is blank, or there is none: what is said there begins here."""
    return at == 0 or not _plain(lines[at - 1]).strip() or is_rule(_plain(lines[at - 1]))


def banner(lines: list[str]) -> int:
    """How many lines at the top are a gateway's warning that the mail comes from outside."""
    at = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    end = next((each for each in range(at, len(lines)) if not lines[each].strip()), len(lines))
    paragraph = "\n".join(lines[at : min(end, at + 8)])
    return end if end < len(lines) and WARNS.match(paragraph) else 0
