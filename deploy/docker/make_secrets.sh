#!/bin/sh
# Makes the files of compose.yaml's secrets in deploy/secrets/, once. Containers read them as other
# users than you: so the files are open, and the folder is not.
set -eu
cd "$(dirname "$0")/.."
mkdir -m 0700 secrets
for name in postgres_password shop_password standby_password secret_key; do
  openssl rand -hex 32 > "secrets/$name"
done
for host in primary standby; do
  echo "postgres://freshness:$(cat secrets/shop_password)@$host:5432/freshness" > "secrets/${host}_url"
done
chmod 0444 secrets/*
echo "Made: $(ls secrets | tr '\n' ' ')"
