#!/usr/bin/env bash
# fresh.sh [DIR]: `make demo` and `make test` on a clean clone of HEAD in a new Debian 12 root with nothing but git and make.
# Needs root and debootstrap. DIR (default: a new one under /var/tmp) is kept when given, removed otherwise.
set -euo pipefail

# Everything is mounted by a second run of this script in a mount namespace of its own: no mount ever reaches the machine, all are gone
# when that run ends, however it ends, and removing the root afterwards can't follow one.
if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || { echo "fresh.sh: needs root" >&2; exit 2; }
  root=${1:-}
  if [ -z "$root" ]; then
    root=$(mktemp -d /var/tmp/plimsoll-fresh.XXXXXX)
    trap 'rm -rf --one-file-system "$root"' EXIT
  else
    mkdir -p "$root"
    root=$(realpath "$root")
  fi
  unshare --mount --propagation private "$0" --inside "$root"
  exit
fi

root=$2
cd "$(dirname "$0")/.."
mirror=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
chmod 755 "$root"
[ -x "$root/usr/bin/git" ] || {
  command -v debootstrap >/dev/null || { echo "fresh.sh: debootstrap not found: apt-get install debootstrap" >&2; exit 2; }
  debootstrap --variant=minbase --include=git,make,ca-certificates bookworm "$root" ${mirror:+"$mirror"}
}
cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/" 2>/dev/null && rm -f "$root/etc/apt/sources.list" || true
for file in $(grep -lE "Acquire::" /etc/apt/apt.conf.d/* 2>/dev/null); do cp "$file" "$root/etc/apt/apt.conf.d/"; done
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null || true  # a mirror behind a CA of its own

# A mount point of its own, as "/" is on a real machine: within it the tests make mount namespaces too.
mount --bind "$root" "$root"
for one in proc sys dev; do mkdir -p "$root/$one"; mount --rbind "/$one" "$root/$one"; done

rm -rf --one-file-system "$root/root/plimsoll"
git clone -q . "$root/root/plimsoll"
run() { chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb LANG=C.UTF-8 CI=true PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" bash -c "cd /root/plimsoll && $1"; }
begin=$SECONDS
run "make demo"
echo "make demo: $((SECONDS - begin)) s"
begin=$SECONDS
run "make test"
echo "make test: $((SECONDS - begin)) s"
