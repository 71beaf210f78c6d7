#!/usr/bin/env bash
# Installs the Debian packages that are missing, and nothing else.
#
#   scripts/install.sh run     what the program needs: PostgreSQL with PostGIS
#   scripts/install.sh test    also a C compiler, Chromium, GDAL, QGIS, curl, jq and a Chinese font
#   scripts/install.sh bench   what «run» installs, wrk, nginx and GDAL
#
# As root it calls apt-get, as another user it goes through sudo. Where neither
# is possible it prints the command for somebody who may, and exits with 1.
set -euo pipefail

main() {
  local missing=()
  case "${1:-}" in
    run)   [[ -n ${DATABASE_URL:-} ]] || need_postgis ;;
    test)  need_postgis; need_test_tools ;;
    bench) need_postgis; need_bench_tools ;;
    *)     sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
  esac
  (( ${#missing[@]} == 0 )) || install "${missing[@]}"
}

# postgresql-postgis brings the release's PostgreSQL server and its PostGIS.
need_postgis() {
  local control version
  for control in /usr/share/postgresql/*/extension/postgis.control; do
    version=${control#/usr/share/postgresql/} version=${version%%/*}
    if [[ -x /usr/lib/postgresql/$version/bin/initdb ]]; then return; fi
  done
  # Another layout than Debian's, such as PostgreSQL built from source.
  if command -v pg_config >/dev/null && [[ -x $(pg_config --bindir)/initdb ]] \
    && [[ -e $(pg_config --sharedir)/extension/postgis.control ]]; then return; fi
  missing+=(postgresql-postgis)
}

need_test_tools() {
  # Go's race detector is linked by the C compiler.
  command -v gcc >/dev/null && [[ -e /usr/include/stdlib.h ]] || missing+=(gcc libc6-dev)
  command -v chromium >/dev/null || missing+=(chromium)
  # The commands of the documentation are run as they stand.
  command -v curl >/dev/null || missing+=(curl)
  command -v jq >/dev/null || missing+=(jq)
  command -v ogr2ogr >/dev/null || missing+=(gdal-bin)
  [[ -d /usr/lib/python3/dist-packages/qgis ]] || missing+=(python3-qgis qgis-providers)
  # Screenshots of a page in Chinese would show boxes.
  compgen -G '/usr/share/fonts/*/noto/NotoSansCJK-Regular.*' >/dev/null || missing+=(fonts-noto-cjk)
}

need_bench_tools() {
  command -v wrk >/dev/null || missing+=(wrk)
  [[ -x /usr/sbin/nginx ]] || missing+=(nginx-light)
  command -v ogr2ogr >/dev/null || missing+=(gdal-bin)
}

install() {
  local command="apt-get update && apt-get install -y --no-install-recommends $*"
  if ! command -v apt-get >/dev/null; then
    echo "This system has no apt-get. Install what these Debian packages hold: $*" >&2
    exit 1
  fi
  if (( EUID == 0 )); then
    as_root() { "$@"; }
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    as_root() { sudo "$@"; }
  else
    printf 'Some packages are missing. As root, run\n\n  %s\n\nand try again.\n' "$command" >&2
    exit 1
  fi
  echo "Installing $*" >&2
  keep_debian_from_starting_a_cluster
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

# Debian's package makes a cluster of its own and starts it, on TCP port 5432.
# Nobody asked for that one: the program keeps a private cluster. A machine that
# had PostgreSQL's packages before keeps the choice that its owner made.
keep_debian_from_starting_a_cluster() {
  local directory=/etc/postgresql-common/createcluster.d
  if [[ -e /etc/postgresql-common/createcluster.conf || -e $directory ]]; then return; fi
  as_root mkdir -p "$directory"
  echo 'create_main_cluster = false' | as_root tee "$directory/xiangtu.conf" >/dev/null
}

main "$@"
