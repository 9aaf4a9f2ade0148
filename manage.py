#!/usr/bin/env python
import os
import sys

from freshness.command_line import run

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freshness.settings")
    run(sys.argv)
