#!/bin/sh
# pin_images.sh: pins the images of compose.yaml to the digests that their tags have today, by lines
# in .env beside it. It asks the registries; run it again to take newer images.
set -eu
cd "$(dirname "$0")/.."
umask 077
draft=$(mktemp .env.XXXXXX)
trap 'rm -f "$draft"' EXIT
grep -sEv '^[A-Z]+_IMAGE=' .env > "$draft" || true
for image in $(sed -n 's/.*${\([A-Z]*_IMAGE\):-\([^}]*\)}.*/\1=\2/p' compose.yaml); do
  tag=${image#*=}
  digest=$(docker buildx imagetools inspect "$tag" --format '{{.Manifest.Digest}}')
  case $digest in
    sha256:*) echo "${image%%=*}=$tag@$digest" >> "$draft" ;;
    *) echo "$tag: its digest was not told. Nothing was changed." >&2; exit 1 ;;
  esac
done
mv "$draft" .env
grep _IMAGE= .env
