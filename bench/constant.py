"""The shop's settings, with one page more that says always the same."""

from freshness.settings import *  # noqa: F403

ROOT_URLCONF = "bench.constant_urls"
