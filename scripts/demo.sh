#!/usr/bin/env bash
# Runs the demo on stacks/quickstart.yaml. Postgres refuses to run as root; when root's clone lies where no other user can enter, such as
# /root, the stack's folder moves to /var/lib/plimsoll-demo and .plimsoll/quickstart becomes a link to it.
set -euo pipefail
cd "$(dirname "$0")/.."
state=.plimsoll
if [ "$(id -u)" = 0 ] && ! setpriv --reuid postgres --regid postgres --clear-groups test -x "$PWD"; then
  home=/var/lib/plimsoll-demo
  moved=$home/$(printf '%s' "$PWD" | cksum | cut -d' ' -f1)
  for folder in "$home" "$moved" "$moved/quickstart"; do
    [ -e "$folder" ] || [ -L "$folder" ] || mkdir -m 755 "$folder"
    # Postgres' data come to lie here: nobody else may have laid the folder out.
    if [ -L "$folder" ] || [ ! -d "$folder" ] || [ "$(stat -c %u "$folder")" != 0 ]; then
      echo "demo.sh: $folder is a link, no folder, or not root's: remove it, or run 'plimsoll demo' with a --state-dir of your own" >&2
      exit 2
    fi
    chmod 755 "$folder"
  done
  mkdir -p "$state"
  link=$state/quickstart
  if [ -L "$link" ] || [ ! -e "$link" ]; then
    ln -sfn "$moved/quickstart" "$link"
  else
    echo "demo.sh: $link is there already and is left as it is; the demo's folder is $moved/quickstart" >&2
  fi
  state=$moved
fi
exec build/release/bin/plimsoll demo stacks/quickstart.yaml --state-dir "$state" "$@"
