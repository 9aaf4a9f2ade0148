#!/bin/sh
# deploy/nginx.conf for this network: the host of PUBLIC_URL, the two web services, logs where Docker
# reads them. It looks for a renewed certificate twice a day.
set -eu
sed -e "s/fresh\.example\.com/$SHOP_HOST/g" \
    -e "s/127\.0\.0\.1:8001/$WEB_1/; s/127\.0\.0\.1:8002/$WEB_2/" \
    -e "s#/var/log/nginx/freshness.log#/dev/stdout#; s#/var/log/nginx/error.log#/dev/stderr#" \
    -e "/include \/etc\/nginx\/conf.d/d" \
    "${SOURCE:-/srv/nginx}/nginx.conf" > "${TARGET:-/tmp}/nginx.conf"
nginx -t -q -c "${TARGET:-/tmp}/nginx.conf"
(while sleep 43200; do kill -HUP $$; done) &
exec nginx -c "${TARGET:-/tmp}/nginx.conf" -g "daemon off;"
