#!/bin/sh
# every.sh SECONDS COMMAND...: runs manage.py again and again, where no timer does.
set -eu
seconds=$1
shift
waiting=
trap 'test -z "$waiting" || kill "$waiting"; exit 0' TERM INT
while true; do
  .venv/bin/python manage.py "$@" || echo "manage.py $* has failed" >&2
  sleep "$seconds" &
  waiting=$!
  wait "$waiting"
  waiting=
done
