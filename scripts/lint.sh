#!/usr/bin/env bash
# clang-format on every source, clang-tidy on those that differ from BASE (default: all). Needs clang-format-14 and clang-tidy-14.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in clang-format-14 clang-tidy-14; do
  command -v $tool >/dev/null || { echo "lint.sh: $tool not found: apt-get install $tool" >&2; exit 2; }
done
git ls-files '*.cc' '*.h' | xargs clang-format-14 --dry-run -Werror
if [ -n "${BASE:-}" ]; then files=$(git diff --name-only --diff-filter=d "$BASE" -- '*.cc'); else files=$(git ls-files 'src/*.cc' 'app/*.cc'); fi
[ -z "$files" ] || echo "$files" | xargs -P "$(nproc)" -n 4 clang-tidy-14 -p build/dev --quiet
