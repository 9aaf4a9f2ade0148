#!/bin/sh
# restart.sh PORT...: restarts this machine's gunicorns, one after the other, each while nginx asks
# the others. What does not start again is left out, and the others go on as they are.
set -eu
conf=${NGINX_CONF:-/etc/nginx/nginx.conf}

for port in "$@"; do
  sed -i "s/\(server [0-9.]*:$port\) max_fails/\1 down max_fails/" "$conf"
  systemctl reload nginx
  sleep 2  # what was on its way is there
  systemctl restart "freshness-web@$port"
  sed -i "s/\(server [0-9.]*:$port\) down max_fails/\1 max_fails/" "$conf"
  systemctl reload nginx
  sleep 1
  echo "$port: restarted"
done
