#!/bin/sh
# The demo: a week of an invented company's flow logs, its inventory and feeds, read into tables, and four questions.
# Usage: demo.sh WEIR FOLDER. The folder is made anew.
set -eu
weir=$1
folder=$2
cd "$(dirname "$0")/.."

say() { printf '\n%s\n' "$*"; }

# Shows a command as it would be typed, and runs it.
try() {
    printf '$ weir'
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=-]*) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$weir" "$@"
}

rm -rf "$folder"
mkdir -p "$folder"
export WEIR_DATA="$folder/data"

say 'A week of flow logs, as Azure would have written them:'
try simulate "$folder/logs" --seed 1
say 'What networks and machines there are, as an export of Azure Resource Graph tells:'
try topology import "$folder/logs/inventory"
say 'Whose the public addresses are, and what is held against them:'
try intel import "$folder/logs/intel"
say 'Read the logs into tables:'
try ingest "$folder/logs"
say 'Whom does 10.1.1.8 talk to?'
try query -f queries/talkers.kql
say 'Most of it leaves for 136.144.58.113. When, and over what?'
try query -f queries/transfers.kql --format chart
say 'What do the two subnets say to each other?'
try query -f queries/between-ranges.kql
say 'And by name: which conversations are the largest, each counted once?'
try query -f queries/conversations.kql

cat <<EOF

Now ask yourself:
  export WEIR_DATA=$WEIR_DATA
  $weir query 'NTANetAnalytics | summarize sum(BytesSrcToDest) by SrcIp | top 10 by sum_BytesSrcToDest'
  $weir query -f queries/traffic.kql --out traffic.html      # a chart for the browser
  $weir serve                                                # pages, and the clients you have
  $weir ingest ../your/flow-logs --data other-data           # your own logs, in a folder of their own
EOF
