#!/bin/sh
# Pictures of every page over the demo, light and dark, narrow and wide; says what overlaps or leaves its box.
# Usage: pictures.sh WEIR DATA FOLDER
set -eu
weir=$1
data=$2
folder=$3
cd "$(dirname "$0")/../web"

log=$(mktemp)
"$weir" --data "$data" serve --listen 127.0.0.1:0 2> "$log" &
server=$!
trap 'kill $server; rm -f "$log"' EXIT
for _ in $(seq 100); do
    grep -q ' at http' "$log" && break
    sleep 0.1
done
address=$(sed -n 's/^serving .* at //p' "$log")
[ -n "$address" ] || { cat "$log" >&2; exit 1; }
node browser/shots.mjs "$address" "$folder"
echo "the pictures are in $folder"
