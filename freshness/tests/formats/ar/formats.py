"""For tests of pages that are written from the right: this language is not shipped."""

from freshness.formats.en.formats import *  # noqa: F403
