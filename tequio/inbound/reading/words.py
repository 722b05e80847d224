"""Which words of a reply are the sender's own."""

from tequio.inbound.reading.mail import Mail, Words


def own_words(mail: Mail, sent: str = "") -> Words:
    """The sender's own words. `sent`: the text of the letter that they answer, as it went out ("" if unknown).

    Quoted text is cut at the lines that we sent; in HTML by the marks of mail programs; what is cut stays in `whole`.
    Where text and HTML disagree, the longer is kept.
    """
    raise NotImplementedError
