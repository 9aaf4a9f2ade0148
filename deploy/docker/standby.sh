#!/bin/sh
# Copies the primary where there is no copy yet, and follows it from then on. On a standby that was
# promoted it starts what is there.
set -eu
umask 077
chmod 0700 "$PGDATA"
printf '%s:%s:*:standby:%s\n' "$PRIMARY_HOST" "${PRIMARY_PORT:-5432}" "$(cat "$STANDBY_PASSWORD_FILE")" > "$PASSFILE"
export PGPASSFILE="$PASSFILE"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  find "$PGDATA" -mindepth 1 -delete  # what a copy that broke off has left
  pg_basebackup --pgdata "$PGDATA" --write-recovery-conf --slot standby --wal-method stream \
    --checkpoint fast --dbname "host=$PRIMARY_HOST port=${PRIMARY_PORT:-5432} user=standby passfile=$PASSFILE"
fi
exec postgres -D "$PGDATA" "$@"
