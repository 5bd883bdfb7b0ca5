#!/usr/bin/env bash
# Reads what Discord is shown with another reader of its Markdown, and draws it:
# for those with Node and npm, who also need a network for the packages.
#
#   scripts/discord-render.sh check          no golden file of adapters/discord/embed has
#                                            more Markdown than the bot's own
#   scripts/discord-render.sh render FOLDER  each golden file as a page, and as a picture
#                                            where there is a Chromium (CHROMIUM names it)
set -euo pipefail
cd "$(dirname "$0")/.."

golden=$PWD/adapters/discord/embed/testdata/golden
parts=$PWD/scripts/discord

say() { printf 'discord-render: %s\n' "$*" >&2; }
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
  cp "$parts"/*.mjs "$work"
}

check() {
  fetch discord-markdown-parser@1.3.1
  (cd "$work" && node check.mjs "$golden")
}

# draw FILE WIDTH,HEIGHT PICTURE; without a picture it prints the page as drawn.
draw() {
  local what=(--dump-dom)
  [ $# = 2 ] || what=(--screenshot="$3")
  "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/profile" --virtual-time-budget=3000 \
    --window-size="$2" "${what[@]}" "file://$1" 2>"$work/chromium.log" ||
    { cat "$work/chromium.log" >&2; say "$chromium could not draw $1"; exit 1; }
}

render() {
  local out=$1 name height
  mkdir -p "$out"
  out=$(cd "$out" && pwd)
  fetch @skyra/discord-components-core@4.0.2 discord-markdown-parser@1.3.1 esbuild@0.28.2
  (cd "$work" && npx esbuild --bundle --minify --log-level=error --outfile="$out/components.js" components.mjs &&
    node render.mjs "$golden" "$out")
  chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
  if [ -z "$chromium" ]; then
    say "pages are in $out; there is no Chromium here to draw them"
    return
  fi
  draw "$out/all.html" 720,2000 | sed -n 's/.*data-heights="\([^"]*\)".*/\1/p' | tr ' ' '\n' >"$work/heights"
  while IFS== read -r name height; do
    draw "$out/$name.html" "720,$height" "$out/$name.png"
  done <"$work/heights"
  say "pages and pictures are in $out"
}

case ${1:-} in
check) check ;;
render) [ $# = 2 ] || usage; render "$2" ;;
*) usage ;;
esac
