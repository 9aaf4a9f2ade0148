#!/bin/sh
# Runs in PostgreSQL's image on a new volume, once: the shop's role and database, and the standby's
# role and slot. The passwords are read from files, and go into no log.
set -eu
echo "include_if_exists = '${CONF:-/etc/freshness.conf}'" >> "$PGDATA/postgresql.conf"
echo "host replication standby all scram-sha-256" >> "$PGDATA/pg_hba.conf"
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --quiet <<'SQL'
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
\set shop `cat "$SHOP_PASSWORD_FILE"`
\set standby `cat "$STANDBY_PASSWORD_FILE"`
CREATE ROLE freshness LOGIN PASSWORD :'shop';
CREATE DATABASE freshness OWNER freshness;
CREATE ROLE standby LOGIN REPLICATION PASSWORD :'standby';
SELECT pg_create_physical_replication_slot('standby') \g /dev/null
SQL
