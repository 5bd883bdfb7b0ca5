#!/usr/bin/env bash
# Checks what Slack is shown against Slack's own types, and draws it: for those
# with Node and npm, who also need a network for the packages.
#
#   scripts/blockkit.sh check          the golden files of adapters/slack/blockkit
#                                      against @slack/types, by the TypeScript compiler
#   scripts/blockkit.sh render FOLDER  each golden file as a page, and as a picture
#                                      where there is a Chromium (CHROMIUM names it)
set -euo pipefail
cd "$(dirname "$0")/.."

golden=$PWD/adapters/slack/blockkit/testdata
parts=$PWD/scripts/blockkit

say() { printf 'blockkit: %s\n' "$*" >&2; }
usage() { sed -n '5,8s/^# *//p' "$0" >&2; exit 2; }

for tool in node npm; do
  command -v "$tool" >/dev/null || { say "there is no $tool here: install Node first"; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch installs packages of exact versions beside nothing else.
fetch() {
  (cd "$work" && npm init -y >/dev/null && npm install --loglevel=error --no-audit --no-fund "$@" >/dev/null) ||
    { say "npm could not install $*"; exit 1; }
}

check() {
  fetch @slack/types@3.2.0 typescript@5.9.3
  node "$parts/check.mjs" "$golden" "$work"
  (cd "$work" && npx tsc --noEmit --strict --skipLibCheck --module nodenext --moduleResolution nodenext ./*.mts)
  say "$(ls "$work"/*.mts | wc -l) golden files have the types that Slack gives them"
}

render() {
  local out=$1 chromium
  mkdir -p "$out"
  out=$(cd "$out" && pwd)
  fetch slack-blocks-to-jsx@1.1.1 react@19.1.0 react-dom@19.1.0
  cp "$parts/render.mjs" "$work"
  (cd "$work" && node render.mjs "$golden" "$out")
  chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
  if [ -z "$chromium" ]; then
    say "pages are in $out; there is no Chromium here to draw them"
    return
  fi
  for page in "$out"/*.html; do
    "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
      --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/profile" \
      --window-size="800,$(cat "${page%.html}.height")" --screenshot="${page%.html}.png" "file://$page" >"$work/chromium.log" 2>&1 ||
      { cat "$work/chromium.log" >&2; say "$chromium could not draw $page"; exit 1; }
    rm "${page%.html}.height"
  done
  say "pages and pictures are in $out"
}

case ${1:-} in
check) check ;;
render) [ $# = 2 ] || usage; render "$2" ;;
*) usage ;;
esac
