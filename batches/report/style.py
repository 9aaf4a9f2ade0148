"""The report's own style sheet, and the policy that lets nothing in but that one."""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256

from csp.constants import NONE, SELF
from csp.utils import build_policy
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe


@lru_cache
def report_style() -> SafeString:
    sheets = ("css/tokens.css", "css/report.css", "css/timeline.css")
    return mark_safe("".join(map(render_to_string, sheets)))  # noqa: S308 - files of our own


@lru_cache
def report_policy() -> str:
    """Of all that a page may load, this very style: whatever else gets into it does nothing."""
    digest = b64encode(sha256(report_style().encode()).digest()).decode()
    return build_policy(
        {
            "default-src": [NONE],
            "base-uri": [NONE],
            # No script runs that could connect; auditors ask for /robots.txt from inside.
            "connect-src": [SELF],
            "form-action": [NONE],
            "frame-ancestors": [NONE],
            "img-src": ["data:"],  # its icon, an empty one
            "style-src": [f"'sha256-{digest}'"],
        }
    )
