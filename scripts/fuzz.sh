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

# Until Go 1.27 a run can fail with nothing but "context deadline exceeded" when
# its time is up, https://go.dev/issue/75804: that is no fault that was found.
fuzz() {
  local package=$1 name=$2 out status=0
  out=$(mktemp)
  go test -run '^$' -fuzz "^$name\$" -fuzztime "$each" -fuzzminimizetime 300x "$package" </dev/null 2>&1 |
    tee "$out" || status=$?
  if ((status)) && grep -qx ' *context deadline exceeded' "$out" &&
    ! grep -qE 'Failing input written|panic:|fuzzing process' "$out"; then
    echo "its time was up: nothing was found"
    status=0
  fi
  rm -f "$out"
  return "$status"
}

# `go test -list` prints the targets of a package, then a line with its path.
targets=$(go test -list '^Fuzz' ./... | awk '
  /^Fuzz/ { names[n++] = $1 }
  $1 == "ok" { for (i = 0; i < n; i++) print $2, names[i]; n = 0 }')

while read -r package name; do
  [ -n "$name" ] || continue
  printf '\n%s %s, %s\n' "$package" "$name" "$each"
  fuzz "$package" "$name"
done <<<"$targets"
