#!/usr/bin/env bash
# CPU per request of plimsoll's load engine beside wrk's, against nginx `return 200`, in one run: rounds take turns, the
# ratio is the median of the rounds' own ratios, so a slow spell of the machine meets both.
#
#   bench/load_vs_wrk.sh path/to/load_bench      ROUNDS=5 SECONDS_EACH=5 CONNECTIONS=64 RATE=20000
#
# Needs nginx and wrk (Debian: nginx-light wrk); NGINX_BIN=... and WRK_BIN=... name others. nginx is pinned to the last core, the
# generators to the first; with one core there is nothing to compare. Exit 1 if ours costs more than MAX_RATIO (1.0) of wrk.
set -euo pipefail

bench=${1:?usage: load_vs_wrk.sh path/to/load_bench}
rounds=${ROUNDS:-5} each=${SECONDS_EACH:-5} connections=${CONNECTIONS:-64} rate=${RATE:-20000} max_ratio=${MAX_RATIO:-1.0}
nginx=${NGINX_BIN:-$(command -v nginx || echo /usr/sbin/nginx)} wrk=${WRK_BIN:-wrk}
for tool in "$nginx" "$wrk" taskset; do
  command -v "$tool" >/dev/null || { echo "load_vs_wrk: $tool not found (Debian: nginx-light wrk util-linux)" >&2; exit 2; }
done
cores=$(nproc)
[ "$cores" -ge 2 ] || { echo "load_vs_wrk: needs two cores, one for nginx" >&2; exit 2; }

dir=$(mktemp -d)
server=
clean() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
  rm -rf "$dir"
}
trap clean EXIT

# A free port: the first of the range nobody listens on (in hexadecimal in /proc/net/tcp, state 0A).
port=18200
while awk -v want="$(printf ':%04X' "$port")" '$4 == "0A" && substr($2, 9) == want { found = 1 } END { exit !found }' /proc/net/tcp; do
  port=$((port + 1))
done

cat >"$dir/nginx.conf" <<EOF
daemon off; master_process off; pid $dir/pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path $dir/a; proxy_temp_path $dir/b; fastcgi_temp_path $dir/c; uwsgi_temp_path $dir/d; scgi_temp_path $dir/e;
  server { listen 127.0.0.1:$port backlog=4096; location / { return 200 "hello, world\n"; } }
}
EOF
taskset -c $((cores - 1)) "$nginx" -p "$dir" -e stderr -c "$dir/nginx.conf" &
server=$!
for _ in $(seq 100); do
  (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  kill -0 "$server" 2>/dev/null || { echo "load_vs_wrk: nginx did not start" >&2; exit 2; }
  sleep 0.05
done

value() { sed -n "s/.*\\b$2=\\([0-9.]*\\).*/\\1/p" <<<"$1"; }
median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# wrk says how many requests; the shell's `time` says user and system CPU.
TIMEFORMAT='%U %S'
run_wrk() {
  { time taskset -c 0 "$wrk" -t1 -c"$connections" -d"${each}s" "http://127.0.0.1:$port/" >"$dir/wrk"; } 2>"$dir/time"
  awk -v requests="$(awk '/requests in/ { print $1 }' "$dir/wrk")" '{ printf "%.2f %d", ($1 + $2) * 1e6 / requests, requests }' "$dir/time"
}
run_ours() { taskset -c 0 "$bench" "$port" "$@"; }

run_ours closed "$connections" 1s >/dev/null  # warm up nginx
: >"$dir/ours" >"$dir/theirs" >"$dir/ratio"
for round in $(seq "$rounds"); do
  ours=$(run_ours closed "$connections" "${each}s")
  read -r theirs requests <<<"$(run_wrk)"
  mine=$(value "$ours" cpu_us_per_request)
  echo "round $round: ours $mine us/request at $(value "$ours" per_second)/s, wrk $theirs us/request at $((requests / each))/s"
  echo "$mine" >>"$dir/ours"
  echo "$theirs" >>"$dir/theirs"
  awk -v a="$mine" -v b="$theirs" 'BEGIN { print a / b }' >>"$dir/ratio"
done
ratio=$(median <"$dir/ratio")
echo "closed loop, $connections connections: ours $(median <"$dir/ours") us/request, wrk $(median <"$dir/theirs"), ratio $ratio (aim <= 0.9)"
for r in 1000 "$rate"; do
  echo "open loop, $r/s: $(run_ours open "$r" "${each}s")"
done
awk -v r="$ratio" -v most="$max_ratio" 'BEGIN { exit !(r <= most) }' || { echo "load_vs_wrk: over $max_ratio of wrk" >&2; exit 1; }
