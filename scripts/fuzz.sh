#!/usr/bin/env bash
# Runs every fuzz target for a while (first argument, default 20s) and stops at
# the first that fails. What it found lies in the package's testdata/fuzz. Before
# that, Engine and Reference are compared in millions of random cases (second
# argument: rounds of about a thousand).
set -euo pipefail
cd "$(dirname "$0")/.."

each=${1:-20s}
rounds=${2:-2000}

go test -timeout 60m -v -run 'IsReference|Sums' ./alerts/match -rounds "$rounds" -million | grep -v '^=== '

# `go test -list` prints the targets of a package, then a line with its path.
targets=$(go test -list '^Fuzz' ./... | awk '
  /^Fuzz/ { names[n++] = $1 }
  $1 == "ok" { for (i = 0; i < n; i++) print $2, names[i]; n = 0 }')

while read -r package name; do
  [ -n "$name" ] || continue
  printf '\n%s %s, %s\n' "$package" "$name" "$each"
  go test -run '^$' -fuzz "^$name\$" -fuzztime "$each" -fuzzminimizetime 300x "$package" </dev/null
done <<<"$targets"
