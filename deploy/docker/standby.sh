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
  mkdir -m 0700 "$PGDATA/draft"
  pg_basebackup --pgdata "$PGDATA/draft" --write-recovery-conf --slot standby --wal-method stream \
    --checkpoint fast --dbname "host=$PRIMARY_HOST port=${PRIMARY_PORT:-5432} user=standby passfile=$PASSFILE"
  find "$PGDATA/draft" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -t "$PGDATA" {} +
  sync
  mv "$PGDATA/draft/PG_VERSION" "$PGDATA"  # at last: now it is whole
  rmdir "$PGDATA/draft"
fi
exec postgres -D "$PGDATA" "$@"
