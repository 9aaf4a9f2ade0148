#!/bin/sh
# Serves the shop. Its style sheets are put beside those of the version before it, whose pages may
# still be open.
set -eu
mkdir -p var/static
cp -R static-files/. var/static/
exec .venv/bin/gunicorn --config freshness/gunicorn.conf.py --worker-tmp-dir /dev/shm freshness.wsgi
