#!/bin/sh
# Ends with 0 where this standby hears of its primary, or was promoted.
set -eu
test "$(psql --no-psqlrc --quiet --tuples-only --no-align --username postgres --command "
  SELECT NOT pg_is_in_recovery() OR EXISTS
    (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')")" = t
