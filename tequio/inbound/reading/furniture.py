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
ENDS = re.compile(r"(?::|>>>)[\s*>]*$")
RULE = re.compile(r"^[\s>]*+[-_=*─—]{4,}+[^-_=*─—]{0,80}+[-_=*─—]*+\s*$")
WARNS = re.compile(
    r"^[^\n]*aka\.ms/LearnAboutSenderIdentification|^\W*(?:\[?\W*(?:extern\w*|external)\b.{0,40}\]|(?:caution|atenci[óo]n|aten[çc][ãa]o|precauci[óo]n|aviso|warning|"
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
    fields = _fields(lines, at)
    if fields:
        gone |= fields
        at = _blank(lines, min(fields) - 1, gone)
    else:
        said = _attribution(lines, at)
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
    """A block of From, Sent, To, Subject that ends near `last`: its lines, and a gateway's warning below it."""
    found = [at for at in range(max(0, last - BACK), last + 1) if FIELD.match(_plain(lines[at]))]
    if len(found) < 2 or not any(FIRST.match(_plain(lines[at])) for at in found):
        return set()
    first = next(at for at in found if FIRST.match(_plain(lines[at])))
    below = "\n".join(_plain(line) for line in lines[found[-1] + 1 : last + 1]).strip()
    if below and not WARNS.match(below) and len(below) > 200:
        return set()
    return (
        set(range(first, last + 1)) if not below or WARNS.match(below) else set(range(first, found[-1] + 1))
    )


def _attribution(lines: list[str], last: int) -> set[int]:
    """`On …, … wrote:` over up to four lines: it ends with a colon, and names an address, an hour or a day."""
    if last < 0 or not ENDS.search(_plain(lines[last])):
        return set()
    found: list[int] = []
    for at in range(last, max(-1, last - 4), -1):
        if not _plain(lines[at]).strip():
            break
        found.append(at)
        text = " ".join(_plain(lines[each]) for each in reversed(found))
        marks = bool(ADDRESS.search(text)) + bool(CLOCK.search(text)) + bool(YEAR.search(text))
        if SAYS.search(text) and marks and _begins(lines, at) or marks > 1 and _begins(lines, at):
            return set(found)
    return set()


def _begins(lines: list[str], at: int) -> bool:
    """Whether the line above is blank, or there is none: what is said there begins here."""
    return at == 0 or not _plain(lines[at - 1]).strip() or is_rule(_plain(lines[at - 1]))


def banner(lines: list[str]) -> int:
    """How many lines at the top are a gateway's warning that the mail comes from outside."""
    at = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    end = next((each for each in range(at, len(lines)) if not lines[each].strip()), len(lines))
    paragraph = "\n".join(lines[at : min(end, at + 8)])
    return end if end < len(lines) and WARNS.match(paragraph) else 0
