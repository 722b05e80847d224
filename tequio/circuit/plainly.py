"""What an office says in plain words at the beginning of a reply: understood only where it is certain.

A first sentence counts when the whole of it is one of the phrases below, in any of the languages; what follows is
read for the day, the reason or the question. Everything else is an answer in words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tequio.circuit.daily import days_in
from tequio.kernel.texts import fold

ACCEPT, DECLINE, PASS_ON, QUESTION = "accept", "decline", "pass-on", "question"


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in text.replace("\n", "|").split("|"))


PHRASES: Mapping[str, frozenset[str]] = {
    ACCEPT: _phrases(
        """aceptamos|acepto|aceptado|aceptada|aceptar|si, aceptamos|si, acepto|aceptamos con gusto|con gusto aceptamos
        accept|accepted|we accept|i accept|yes, we accept|we gladly accept|we accept with pleasure
        nous acceptons|j'accepte|accepte|acceptee|oui, nous acceptons
        wir nehmen an|wir nehmen gerne an|ich nehme an|angenommen|ja, wir nehmen an
        aceitamos|aceito|aceite|sim, aceitamos|accettiamo|accetto|accettato|si, accettiamo"""
    ),
    DECLINE: _phrases(
        """no podemos|no puedo|no aceptamos|declinamos|declino|declinar|rechazamos|lamentablemente no podemos
        lo sentimos, no podemos|no nos es posible|decline|declined|we decline|we cannot|we can't|we can not
        no, we cannot|we must decline|unfortunately we cannot|sorry, we cannot|nous ne pouvons pas|nous declinons
        nous refusons|malheureusement nous ne pouvons pas|wir konnen nicht|wir lehnen ab|leider konnen wir nicht
        abgelehnt|nao podemos|recusamos|infelizmente nao podemos|non possiamo|rifiutiamo|decliniamo
        purtroppo non possiamo"""
    ),
    QUESTION: _phrases(
        """pregunta|una pregunta|question|one question|une question|frage|eine frage|pergunta|uma pergunta
        domanda|una domanda"""
    ),
}
ONWARD = re.compile(
    r"(?:por favor,? |please,? |bitte )?"
    r"(?:pasar|pasen|pasenlo|pasese|pase|turnar|turnen|turnese|remitir|canalizar) (?:esto |lo )?a (?:l[ao]s? )?"
    r"(?P<es>.+)"
    r"|(?:please,? )?(?:pass|forward|hand) (?:it |this )?(?:on )?to (?:the )?(?P<en>.+)"
    r"|(?:transmettre|transferer) (?:a |au |aux )(?:la |le |les )?(?P<fr>.+)"
    r"|(?:bitte )?weiterleiten an (?:die |das |den )?(?P<de>.+)"
    r"|(?:encaminhar|passar) (?:a|ao|para) (?:a |o )?(?P<pt>.+)"
    r"|(?:inoltrare|passare) (?:a |al |alla |all')(?P<it>.+)"
)
GREETING = re.compile(
    r"(?:hola|buen[oa]s|buen dia|estimad|apreciad|querid|muy senor|dear|hello|hi|good (?:morning|afternoon)|bonjour|"
    r"cher|chere|madame|monsieur|guten (?:tag|morgen)|hallo|liebe|sehr geehrte|ola|bom dia|boa tarde|prezad|car[oa]|"
    r"gentil|buongiorno|salve|egregi)"
)
SIGNED = re.compile(
    r"(?:saludos|atentamente|cordialmente|un saludo|gracias|muchas gracias|regards|best regards|kind regards|best|"
    r"thanks|thank you|cordialement|merci|bien a vous|mit freundlichen grussen|viele grusse|danke|atenciosamente|"
    r"obrigad[oa]|cordiali saluti|distinti saluti|grazie)\b"
)
BUT = re.compile(
    r"\b(?:pero|sin embargo|salvo|solo si|but|however|unless|only if|mais|cependant|sauf|aber|jedoch|mas|porem|ma|"
    r"tuttavia)\b|\?"
)
NOT = re.compile(
    r"\b(?:no (?:podemos|puedo|aceptamos)|cannot|can't|unable|ne pouvons pas|nicht|nao podemos|non possiamo)\b"
)
SENTENCE = re.compile(r"[.!?:;\n]|$")


@dataclass(frozen=True)
class Understood:
    """`act`: the answer's form, "" where it is only words. `sure`: whether it may be done as it is. `given`: what the
    form begins with; `to`: the name of the office to which it is to be passed.
    """

    act: str = ""
    sure: bool = False
    given: Mapping[str, str] | None = None
    to: str = ""


def understand(own: str, *, today: date, offered: Mapping[str, int] | None = None) -> Understood:
    """Reads the sender's own words. `offered`: the offices to which it may be passed, by each folded name."""
    text = _without_greeting(own.strip())
    end = SENTENCE.search(text)
    assert end is not None
    first, rest = text[: end.start()], text[end.end() :].strip()
    said = fold(first).strip(" ,.!¡¿")
    if text[end.start() : end.end()] == "?":
        return _only_question(text, rest)
    for act, phrases in PHRASES.items():
        if said in phrases:
            return READ[act](own.strip(), rest, today)
    if onward := ONWARD.fullmatch(said):
        return _pass_on(own.strip(), next(name for name in onward.groups() if name), offered or {})
    return Understood()


def _without_greeting(text: str) -> str:
    """The text without a first line that only greets."""
    line, _sep, rest = text.partition("\n")
    greets = len(line) <= 80 and GREETING.match(fold(line)) and line.rstrip().endswith((",", ":", ".", "!"))
    return rest.strip() if greets and rest.strip() else text


def _accept(own: str, rest: str, today: date) -> Understood:
    """Certain with what happens next and one day for it, and nothing that takes either back."""
    days = days_in(rest, today)
    what = _unsigned(rest)
    given = {"what": what or own}
    if days is not None and len(days) == 1:
        given["due_on"] = str(days[0])
    doubt = BUT.search(fold(rest)) or NOT.search(fold(rest))
    sure = bool(what) and "due_on" in given and not doubt
    return Understood(ACCEPT, sure, given)


def _decline(own: str, rest: str, today: date) -> Understood:
    return Understood(DECLINE, not BUT.search(fold(rest)), {"reason": "other", "text": own})


def _question(own: str, rest: str, today: date) -> Understood:
    question = _unsigned(rest)
    return Understood(QUESTION, question.endswith("?"), {"question": question or own})


def _only_question(text: str, rest: str) -> Understood:
    """A reply that is one question and nothing else, save a signature."""
    alone = not _unsigned(rest)
    return Understood(QUESTION, True, {"question": _unsigned(text)}) if alone else Understood()


def _pass_on(own: str, name: str, offered: Mapping[str, int]) -> Understood:
    to = offered.get(name.strip(" ,.!"))
    given = {"reason": "other", "text": own}
    if to is None:
        return Understood(PASS_ON, False, given, name)
    return Understood(PASS_ON, True, {**given, "to": str(to)}, name)


def _unsigned(text: str) -> str:
    """The text up to a line that begins as a signature does."""
    kept = []
    for line in text.splitlines():
        if SIGNED.match(fold(line)):
            break
        kept.append(line)
    return "\n".join(kept).strip()


READ = {ACCEPT: _accept, DECLINE: _decline, QUESTION: _question}
