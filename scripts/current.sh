#!/usr/bin/env bash
# Tells whether generated files are current: generates them anew and compares
# every source file with what it was. The new files stay, ready to be committed.
set -euo pipefail
cd "$(dirname "$0")/.."

# Uncommitted work is compared too, so this does not ask git for differences.
fingerprint() {
  find . \( -name .git -o -name node_modules -o -path ./bin -o -path ./web/dist \
    -o -path ./web/out -o -path ./var \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
}

before=$(mktemp) after=$(mktemp)
trap 'rm -f "$before" "$after"' EXIT
fingerprint >"$before"
"${MAKE:-make}" --no-print-directory generate
fingerprint >"$after"
if ! changed=$(diff "$before" "$after"); then
  echo "These generated files were not current; commit what «make generate» made of them:" >&2
  awk '/^[<>]/ { print "  " $3 }' <<<"$changed" | sort -u >&2
  exit 1
fi
