"""The return path of a letter: an address that says, signed, which letter came back (VERP)."""

from django.conf import settings

from tequio.kernel import ids

KEY = 10


def bounce_address(letter_id: int) -> str:
    """The envelope sender of a letter; "" when the hub takes no mail. In lower case, which every server keeps."""
    if not settings.MAIL_DOMAIN:
        return ""
    return f"b.{_spell(letter_id)}.{_key(letter_id)}@{settings.MAIL_DOMAIN}"


def letter_of(address: str) -> int | None:
    """The letter of a return path of ours; None for any other address, and for one that nobody here has signed."""
    local, _at, domain = address.strip(" <>").lower().rpartition("@")
    name, _dot, rest = local.partition(".")
    number, _dot, key = rest.partition(".")
    if name != "b" or domain != settings.MAIL_DOMAIN or not number or set(number) - set(ids.ALPHABET):
        return None
    letter_id = _read(number)
    return letter_id if ids.same(key, _key(letter_id)) else None


def _key(letter_id: int) -> str:
    return ids.key_for("bounce", letter_id)[:KEY]


def _spell(number: int) -> str:
    """A number in the hub's alphabet of 30, highest place first."""
    base, found = len(ids.ALPHABET), ""
    while number or not found:
        number, place = divmod(number, base)
        found = ids.ALPHABET[place] + found
    return found


def _read(spelt: str) -> int:
    number = 0
    for letter in spelt[:16]:
        number = number * len(ids.ALPHABET) + ids.ALPHABET.index(letter)
    return number
