#!/bin/sh
# Serves the shop. Its style sheets are put beside those of the version before it, whose pages may
# still be open; what is there already is left alone, as others may be serving it.
set -eu
mkdir -p var/static
shop=$PWD
cd static-files
find . -type f -exec install -C -D --mode 644 {} "$shop/var/static/{}" \;
cd "$shop"
exec .venv/bin/gunicorn --config freshness/gunicorn.conf.py --worker-tmp-dir /dev/shm freshness.wsgi
