#!/bin/sh
# make_secrets.sh [FOLDER]: makes the files of compose.yaml's secrets in deploy/secrets/, once.
# Containers read them as other users than you: so the files are open, and the folder is not.
set -eu
folder=${1:-$(dirname "$0")/../secrets}
mkdir -m 0700 "$folder"
cd "$folder"
for name in postgres_password shop_password standby_password secret_key; do
  openssl rand -hex 32 > "$name"
done
for host in primary standby; do
  echo "postgres://freshness:$(cat shop_password)@$host:5432/freshness" > "${host}_url"
done
: > email_url  # yours: EMAIL_URL, where the shop sends e-mail
chmod 0444 ./*
echo "Made: $(ls | tr '\n' ' ')"
