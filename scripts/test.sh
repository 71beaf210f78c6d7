#!/usr/bin/env bash
# Runs every check of the project, also after one failed, and ends with the
# count of all of them:
#
#   N passed, N failed
#
# A test of Go counts once, subtests too; every other check counts as the tests
# that it reports, or once where it reports none. Logs go to var/test.
set -uo pipefail
cd "$(dirname "$0")/.."
logs=$PWD/var/test
rm -rf "$logs" && mkdir -p "$logs"
passed=0 failed=0 broken=()

# Memory is cheaper than the time to collect it: a fifth of what lint and tests take.
export GOGC=300

# The processes of Go's tests share the databases that they prepare, of this run
# alone. The account of the database, which is not root, must get in.
XIANGTU_TEST_TEMPLATES=$(mktemp -d "${TMPDIR:-/tmp}/xiangtu-templates-XXXXXX")
export XIANGTU_TEST_TEMPLATES
chmod 755 "$XIANGTU_TEST_TEMPLATES"
trap 'rm -rf "$XIANGTU_TEST_TEMPLATES"' EXIT

# check NAME COUNTER COMMAND…  runs the command and adds what the counter, given
# the name, prints: two numbers, of passed and of failed tests.
check() {
  local name=$1 counter=$2 began=$SECONDS status=0 good=0 bad=0
  shift 2
  printf '\n== %s\n' "$name"
  "$@" 2>&1 | tee "$logs/$name.log" || status=1
  read -r good bad < <("$counter" "$name")
  # A command that fails outside its tests, and one that is fine but counts
  # nothing, count once.
  if (( status != 0 && bad == 0 )); then bad=1; fi
  if (( status == 0 && good + bad == 0 )); then good=1; fi
  if (( bad > 0 )); then broken+=("$name"); fi
  passed=$(( passed + good )) failed=$(( failed + bad ))
  printf '== %s: %d passed, %d failed, %d s\n' "$name" "$good" "$bad" $(( SECONDS - began ))
}

once() { echo 0 0; }

# of_go counts the events of «go test -json».
of_go() {
  local events=$logs/$1.json
  echo "$(grep -c '"Action":"pass".*"Test":' "$events")" "$(grep -c '"Action":"fail".*"Test":' "$events")"
}

# go_test NAME CGO ARGUMENT…  runs go test, and keeps its events.
go_test() {
  local name=$1 cgo=$2
  shift 2
  go tool -modfile=tools/go.mod gotestsum --format standard-quiet --jsonfile "$logs/$name.json" \
    --raw-command -- env CGO_ENABLED="$cgo" go test -json -vet=off -timeout 15m "$@"
}

# of_results adds up the lines «N passed, N failed» that a check prints.
of_results() {
  awk 'match($0, /^[0-9]+ passed, [0-9]+ failed/) { good += $1; bad += $3 }
    END { print good + 0, bad + 0 }' "$logs/$1.log"
}

# The linter has hundreds of modules: they come while the first check computes.
go -C tools mod download &
downloads=$!

check generated once scripts/current.sh
wait "$downloads" # whatever is missing is told by who needs it
check lint once make --no-print-directory lint
# Races are looked for where goroutines share something. The surfaces are tested as what is built, for which nothing is
# compiled once more and which takes half the time; vet is a part of lint.
racing='^xiangtu/(geo/(postgis|jobs)|graph|graph/transport|server/tiles)$'
check go of_go go_test go 0 $(go list ./... | grep -vE "$racing")
check race of_go go_test race 1 -race $(go list ./... | grep -E "$racing")
for part in unit tiles pmtiles snippets browser; do
  check "$part" of_results npm --prefix web run --silent "test:$part"
done

printf '\n%d passed, %d failed' "$passed" "$failed"
if (( failed > 0 )); then printf ' (%s; logs in %s)\n' "${broken[*]}" "$logs"; exit 1; fi
echo
