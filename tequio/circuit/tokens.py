"""The secret part of a leg's mail address: made, read despite look-alikes, and found despite one slip of a finger."""

import secrets

from tequio.kernel.ids import ALPHABET

LENGTH = 12
ALIKE = str.maketrans("szbqguiol", "52899v101")
LETTERS = "".join(letter for letter in ALPHABET if letter.translate(ALIKE) == letter)


def new_token() -> str:
    """Twelve letters (25 symbols: 55 bits), no two of which look alike."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def folded(token: str) -> str:
    """A token as it was typed, with each letter that looks like another one as a token has it."""
    return token.strip().lower().translate(ALIKE)


def slips(token: str) -> set[str]:
    """Every token that is one slip away: a letter wrong, left out, put in, or two neighbours the wrong way round."""
    typed = folded(token)
    if abs(len(typed) - LENGTH) > 1:
        return set()
    halves = [(typed[:cut], typed[cut:]) for cut in range(len(typed) + 1)]
    changed = {left + letter + right[1:] for left, right in halves if right for letter in LETTERS}
    added = {left + letter + right for left, right in halves for letter in LETTERS}
    dropped = {left + right[1:] for left, right in halves if right}
    turned = {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    near = changed | added | dropped | turned
    return {each for each in near if len(each) == LENGTH and set(each) <= set(LETTERS)}
