#!/usr/bin/env bash
# Runs the tests against a Redis server of their own: finds redis-server or
# installs it, starts it on a free loopback port with nothing kept on disk, runs
# `go test`, and stops what it started however that ends.
#
#   scripts/test.sh [flags of go test] [packages]      default: ./...
#
# REDIS_SERVER           the redis-server to start, if it is not in the PATH
# BELLWETHER_TEST_REDIS  host:port of a Redis to use instead of starting one;
#                        the tests write to it
# CI=true                a missing Redis is a failure, not a reason to skip
set -euo pipefail
set -m # each job is a process group, so that a signal reaches all of it

cd "$(dirname "$0")/.."

say() { printf 'test: %s\n' "$*" >&2; }

dir='' redis='' tests=''
stop() {
  trap '' INT TERM HUP
  for job in $tests $redis; do
    kill -TERM -- "-$job" 2>/dev/null || true
    wait "$job" 2>/dev/null || true
  done
  if [ -n "$dir" ]; then rm -rf "$dir"; fi
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# find_redis prints the path of a redis-server, installing one where it can.
find_redis() {
  if [ -n "${REDIS_SERVER:-}" ]; then
    command -v "$REDIS_SERVER" || say "REDIS_SERVER is $REDIS_SERVER, and there is no such program"
    return
  fi
  command -v redis-server || { install_redis >&2 && command -v redis-server; } || true
}

install_redis() {
  local root=''
  if command -v apt-get >/dev/null; then
    if [ "$(id -u)" != 0 ]; then
      root='sudo -n'
      $root true 2>/dev/null || return 1
    fi
    say 'no redis-server here: installing it with apt-get'
    # The package starts a service where there is an init; these tests use a
    # server of their own and leave that one alone.
    $root apt-get update -qq || say 'apt-get update failed; trying all the same'
    $root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends redis-server
  elif command -v brew >/dev/null; then
    say 'no redis-server here: installing it with brew'
    brew install redis
  else
    return 1
  fi
}

# start_redis tries ports until the server says that it listens on one. The
# server's own log is asked, as another program could answer on a port.
start_redis() {
  local port log
  dir=$(mktemp -d "${TMPDIR:-/tmp}/bellwether-test.XXXXXX")
  log=$dir/redis.log
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + RANDOM % 12000)) # below the ports that clients are given
    : >"$log"
    "$1" --bind 127.0.0.1 --port "$port" --dir "$dir" --logfile "$log" \
      --save '' --appendonly no --daemonize no >/dev/null &
    redis=$!
    for _ in $(seq 100); do
      if grep -qi 'ready to accept connections' "$log"; then
        export BELLWETHER_TEST_REDIS=127.0.0.1:$port
        say "redis-server $("$1" --version | sed 's/.* v=\([^ ]*\).*/\1/') on $BELLWETHER_TEST_REDIS"
        return
      fi
      kill -0 "$redis" 2>/dev/null || break # the port was taken
      sleep 0.1
    done
    kill -TERM -- "-$redis" 2>/dev/null || true
    wait "$redis" 2>/dev/null || true
    redis=''
  done
  say "redis-server did not start; its last words:"
  tail -n 5 "$log" >&2
  return 1
}

if ! command -v go >/dev/null; then
  say 'there is no go command: install Go from https://go.dev/dl and put its bin folder into PATH'
  exit 1
fi

server=''
if [ -n "${BELLWETHER_TEST_REDIS:-}" ]; then
  say "using the Redis at $BELLWETHER_TEST_REDIS"
else
  server=$(find_redis)
  if [ -n "$server" ]; then
    export REDIS_SERVER=$server
    start_redis "$server"
  else
    say 'no redis-server was found, and it could not be installed here.'
    say 'Install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis),'
    say 'or name one: make test REDIS_SERVER=/path/to/redis-server'
    [ "${CI:-}" != true ] || exit 1
    say 'The tests that need it are skipped.'
  fi
fi
if [ "${CI:-}" = true ]; then export BELLWETHER_REQUIRE_REDIS=1; fi

race=-race
cc=$(go env CC)
if ! command -v "${cc%% *}" >/dev/null; then
  say "there is no C compiler ($cc), and the race detector needs one: running without it."
  say 'Install one (Debian, Ubuntu: apt-get install gcc libc6-dev; macOS: xcode-select --install)'
  race=''
fi

packages=./...
for argument in "$@"; do
  case $argument in ./*) packages='' ;; esac
done

# CGO_ENABLED: a machine that builds static binaries may have it off.
CGO_ENABLED=${race:+1} go test ${race:+-race} -timeout 15m "$@" $packages &
tests=$!
status=0
wait "$tests" || status=$?
tests=''
exit "$status"
