#!/bin/sh
# every.sh SECONDS COMMAND...: runs manage.py again and again, where no timer does. What fails, as
# where the database is not up yet, is tried again within the hour.
set -eu
seconds=$1
shift
waiting=
trap 'test -z "$waiting" || kill "$waiting"; exit 0' TERM INT
while true; do
  pause=$seconds
  if ! .venv/bin/python manage.py "$@"; then
    echo "manage.py $* has failed" >&2
    pause=$((seconds < 3600 ? seconds : 3600))
  fi
  sleep "$pause" &
  waiting=$!
  wait "$waiting"
  waiting=
done
