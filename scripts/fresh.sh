#!/usr/bin/env bash
# fresh.sh [DIR]: `make demo` and `make test` on a clean clone of HEAD in a new Debian 12 root with nothing but git and make.
# Needs root and debootstrap. DIR (default: a new one under /var/tmp) is kept when given, removed otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
root=${1:-}
if [ -z "$root" ]; then root=$(mktemp -d /var/tmp/plimsoll-fresh.XXXXXX); remove=yes; fi
mirror=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)

mounts=(proc sys dev)
finish() {
  for one in "${mounts[@]}"; do umount -lR "$root/$one" 2>/dev/null || true; done
  [ "${remove:-}" != yes ] || rm -rf "$root"
}
trap finish EXIT

chmod 755 "$root"
[ -x "$root/usr/bin/git" ] || debootstrap --variant=minbase --include=git,make,ca-certificates bookworm "$root" ${mirror:+"$mirror"}
cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/" 2>/dev/null && rm -f "$root/etc/apt/sources.list" || true
for file in $(grep -lE "Acquire::" /etc/apt/apt.conf.d/* 2>/dev/null); do cp "$file" "$root/etc/apt/apt.conf.d/"; done
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null || true  # a mirror behind a CA of its own
for one in "${mounts[@]}"; do mkdir -p "$root/$one"; mount --rbind "/$one" "$root/$one"; done

rm -rf "$root/root/plimsoll"
git clone -q . "$root/root/plimsoll"
run() { chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb LANG=C.UTF-8 CI=true PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" bash -c "cd /root/plimsoll && $1"; }
begin=$SECONDS
run "make demo"
echo "make demo: $((SECONDS - begin)) s"
begin=$SECONDS
run "make test"
echo "make test: $((SECONDS - begin)) s"
