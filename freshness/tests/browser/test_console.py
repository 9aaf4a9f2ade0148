"""What a browser writes into its console over https: nothing. test_pages.py has plain http."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser

# What differs from plain http are headers that all pages have alike.
PAGES_OVER_HTTPS = [
    *("landing", "report, fresh", "sign in", "today", "list", "batch", "add", "labels", "import"),
    *("labels, printed", "profile", "scans", "not found", "accounts/user/"),
]


@pytest.fixture
def https(settings: Any) -> None:
    """The settings that follow from a PUBLIC_URL of this scheme."""
    settings.HTTPS = True
    settings.SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
    settings.SECURE_HSTS_SECONDS = 31_536_000
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": directives | {"upgrade-insecure-requests": True}
    }


def test_it_is_empty(https: None, show: Any) -> None:
    for name in PAGES_OVER_HTTPS:
        _page, complaints = show(name, over="https", anew=True)
        assert (name, complaints) == (name, [])
