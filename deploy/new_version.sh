#!/bin/sh
# new_version.sh REPOSITORY VERSION: puts a version of the program (a tag, or a branch) beside the
# present one, in a folder named after its commit, and tells which. It changes nothing that runs.
set -eu
umask 022
shops=${SHOPS:-/srv/freshness}
draft=$(mktemp -d "$shops/draft.XXXXXX")
chmod 755 "$draft"
git clone --quiet --depth 1 --branch "$2" "$1" "$draft"
folder=$shops/$(git -C "$draft" rev-parse --short=10 HEAD)
if [ -e "$folder" ]; then
  rm -rf "$draft"
  echo "$folder is there already" >&2
  exit 1
fi
mv "$draft" "$folder"
cd "$folder"
ln -s /etc/freshness.env .env
ln -s /var/lib/freshness var
python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
.venv/bin/python -m compileall -q accounts batches freshness
echo "$folder"
