# shellcheck shell=bash
# Sourced by ./run and ./test: what both need before they can build.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs="$root/build/logs"

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# step NAME LOG COMMAND… : runs a command with its output in a log, says how far it is and how long
# it took, and shows the end of the log if it failed.
step() {
  local name=$1 log=$2 start=$SECONDS status
  shift 2
  mkdir -p "$(dirname "$log")"
  printf '%-44s' "$name"
  "$@" </dev/null 2>&1 | progress "$log"
  status=${PIPESTATUS[0]}
  if ((status == 0)); then
    printf ' %4d s\n' $((SECONDS - start))
    return 0
  fi
  printf ' failed after %d s\n' $((SECONDS - start))
  printf '  the last lines of %s:\n' "${log#"$PWD/"}"
  tail -n 25 "$log" | cut -c1-300 | sed 's/^/  | /'
  return "$status"
}

# Copies its input to a log. On a terminal it shows ninja's "[12/85]" in place; otherwise it puts
# a dot every ten seconds, so that whoever reads along sees it live.
progress() {
  local line next=$((SECONDS + 10))
  : >"$1"
  while IFS= read -r line || [[ -n $line ]]; do
    printf '%s\n' "$line" >>"$1"
    if [[ -t 1 && $line =~ ^\[([0-9]+/[0-9]+)\] ]]; then
      printf '%-10s\b\b\b\b\b\b\b\b\b\b' "${BASH_REMATCH[1]}"
    elif [[ ! -t 1 ]] && ((SECONDS >= next)); then
      printf '.'
      next=$((SECONDS + 10))
    fi
  done
  [[ ! -t 1 ]] || printf '%-10s\b\b\b\b\b\b\b\b\b\b' ''
}

# missing_packages GROUP… : the packages of these groups that are not installed.
missing_packages() {
  local group package groups=" $* "
  while read -r group package; do
    [[ $groups == *" $group "* ]] || continue
    if [[ $group == node ]] && command -v node npm >/dev/null; then
      continue
    fi
    if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
      printf '%s\n' "$package"
    fi
  done < <(grep -v '^#' "$root/packaging/debian-packages.txt")
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "Installing Debian packages needs root: run as root, or install sudo."
  fi
}

install_now() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -q install -y --no-install-recommends "$@"
}

# install_packages GROUP… : installs what is missing, and takes no time if nothing is.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} > 0)) || return 0
  command -v apt-get >/dev/null ||
    fail "This needs Debian 12 with apt-get, or these packages: ${missing[*]}"
  if ((EUID != 0)) && command -v sudo >/dev/null; then
    printf 'Installing Debian packages (sudo): %s\n' "${missing[*]}"
    sudo -v || fail "sudo was refused."
  fi
  step "Debian packages (${#missing[@]} missing)" "$logs/packages.log" \
    install_now "${missing[@]}" || fail "Debian packages could not be installed."
}

configure() {
  cmake -S "$root" --preset "$1" "${@:2}"
}

# build_preset PRESET [TARGET…] : configures and builds a preset of CMakePresets.json.
build_preset() {
  local preset=$1
  shift
  configure "$preset" && cmake --build "$root/build/$preset" ${1+--target "$@"}
}

# npm_ci FOLDER : fetches what the folder's lock file names, unless it is there already.
npm_ci() {
  local fetched="$root/$1/node_modules/.package-lock.json"
  [[ $fetched -nt "$root/$1/package-lock.json" ]] ||
    (cd "$root/$1" && npm ci --no-progress --loglevel=error && touch "$fetched")
}
