"""The code of a batch, as printed under its QR code and typed in by hand.

Ten characters of Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O or U, so
that none is misread; 50 random bits, so that nobody reads a shop's volume off its labels.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
LOOK_ALIKES = str.maketrans("OIL", "011")


def new_code() -> str:
    bits = secrets.randbits(5 * LENGTH)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(LENGTH))


def read_code(text: str) -> str | None:
    """The code somebody meant by `text`; None where it cannot be one.

    Capitals, spaces and hyphens do not matter; O is read as 0, I and L as 1.
    """
    letters = text.replace(" ", "").replace("-", "")
    code = letters.upper().translate(LOOK_ALIKES)
    plausible = len(letters) == LENGTH and letters.isascii() and set(code) <= set(ALPHABET)
    return code if plausible else None
