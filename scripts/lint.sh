#!/usr/bin/env bash
# clang-format on every source, clang-tidy on those that differ from BASE (default: all). Needs clang-format-14 and clang-tidy-14.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files '*.cc' '*.h' | xargs clang-format-14 --dry-run -Werror
command -v clang-tidy-14 >/dev/null || { echo "clang-tidy-14 not found: apt-get install clang-tidy-14" >&2; exit 2; }
if [ -n "${BASE:-}" ]; then files=$(git diff --name-only "$BASE" -- '*.cc'); else files=$(git ls-files 'src/*.cc' 'app/*.cc'); fi
[ -z "$files" ] || echo "$files" | xargs -P "$(nproc)" -n 4 clang-tidy-14 -p build/dev --quiet
