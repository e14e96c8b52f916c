#!/usr/bin/env bash
# fuzz.sh BIN_DIR SECONDS: each target on its corpus; new inputs stay out of the tree. Stops at the first crash and says where its input is.
set -euo pipefail
cd "$(dirname "$0")/.."
found=$(mktemp -d)
for target in "$1"/fuzz_*; do
  name=${target##*/fuzz_}
  mkdir -p "$found/$name"
  echo "== $name"
  "$target" -max_total_time="$2" -timeout=5 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$found/$name-" \
    "$found/$name" "fuzz/corpus/$name" 2>&1 | grep -E 'ERROR|SUMMARY|artifact|stat::number_of_executed_units|Test unit' || true
  if compgen -G "$found/$name-*" >/dev/null; then echo "crash: $found/$name-*" >&2; exit 1; fi
done
rm -rf "$found"
