"""What a name may be made of. Imports nothing of ours, so that settings and models can share it."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Control characters and line breaks; marks that turn or hide the text around them (UAX #9's
# embeddings, overrides and isolates; annotations); letters and spaces without width. Joiners and
# the marks of right-to-left scripts stay: names and emoji are written with them.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u115f\u1160\u180e\u200b\u2028\u2029\u202a-\u202e\u2060-\u2064"
    "\u2066-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
SEEN = "LNPS"  # Unicode's letters, numbers, punctuation and symbols


def validate_visible(value: str) -> None:
    """Raises ValidationError for text that a reader does not see as it is."""
    if HIDDEN.search(value) or not any(unicodedata.category(sign)[0] in SEEN for sign in value):
        raise ValidationError(
            _(
                "This holds hidden characters, such as a line break. Type it again rather than "
                "paste it."
            ),
            code="hidden",
        )
