-- psql --file deploy/postgresql/roles.sql, as postgres. It asks for both passwords, and sends them
-- hashed: no log and no list of processes shows them. One role owns the tables and migrates them, as
-- every upgrade migrates and serves with the same settings.
\pset pager off
CREATE ROLE freshness LOGIN;
CREATE DATABASE freshness OWNER freshness;
REVOKE CONNECT ON DATABASE freshness FROM PUBLIC;
CREATE ROLE standby LOGIN REPLICATION;
SELECT pg_create_physical_replication_slot('standby');
\password freshness
\password standby
