# Finds the JDK and Maven and installs Debian packages. Sourced by `garboard` and `script/test`.
# shellcheck shell=bash

# Says something on standard error, so that standard output stays the command's own.
say() { printf '%s\n' "$*" >&2; }

fail() {
  printf 'garboard: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# The feature release of a JDK folder, from its release file: no JVM is started to ask.
jdk_release() {
  local version
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ -n "$version" ] && printf '%s' "$version"
}

# Sets JDK to the first JDK 25 found. A JRE does not do: the build needs javac, the node image needs jlink.
find_jdk() {
  local candidate on_path
  on_path=$(command -v java || true)
  [ -n "$on_path" ] && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for candidate in "${GARBOARD_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/*jdk*25* "${HOME:-/root}"/.sdkman/candidates/java/25* \
    "${HOME:-/root}"/.jdks/*25* "$on_path"; do
    if [ -n "$candidate" ] && [ "$(jdk_release "$candidate")" = 25 ]; then
      JDK=$candidate
      return 0
    fi
  done
  local debian='or the JDK 25 of any vendor (Eclipse Temurin, for one) unpacked anywhere, with JAVA_HOME set to it'
  if [ -n "$(apt-cache show openjdk-25-jdk-headless 2>/dev/null | head -n 1)" ]; then
    fail 'found no JDK 25 (looked at GARBOARD_JAVA_HOME, JAVA_HOME, /usr/lib/jvm, /opt and the PATH). Install one:' \
      'apt-get install -y openjdk-25-jdk-headless' "$debian"
  fi
  fail 'found no JDK 25 (looked at GARBOARD_JAVA_HOME, JAVA_HOME, /usr/lib/jvm, /opt and the PATH).' \
    "This system's package sources have none. Add your vendor's (Eclipse Temurin's package is temurin-25-jdk)," "$debian"
}

# Runs apt-get with its output in a file, and again for as long as another program holds one of apt's locks, ten minutes at the most. apt's own
# DPkg::Lock::Timeout does not wait for the lock of the package lists. The words that are looked for are apt's in English.
apt_in_turn() {
  local log=$1 end=$((SECONDS + ${GARBOARD_APT_PATIENCE:-600})) told='' start
  shift
  while true; do
    start=$(wc -c <"$log")
    LC_ALL=C "$@" >>"$log" 2>&1 && return 0
    tail -c "+$((start + 1))" "$log" | grep -qE 'Could not get lock|Unable to (acquire|lock)' || return 1
    [ "$SECONDS" -lt "$end" ] || return 1
    [ -n "$told" ] || say "Waiting for another apt: $(tail -c "+$((start + 1))" "$log" | grep -m 1 -oE 'Could not get lock.*|Unable to (acquire|lock).*')"
    told=yes
    sleep 2
  done
}

# Installs the Debian packages named, as root or through sudo without a password; otherwise prints the one line and stops.
install_packages() {
  local line="apt-get install -y --no-install-recommends $*" root=() log
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then root=(sudo -n); else fail 'some Debian packages are missing. Install them with' "sudo $line"; fi
  fi
  command -v apt-get >/dev/null || fail "these Debian packages are missing, and there is no apt-get here: $*"
  log=$(mktemp)
  say "Installing $*"
  if ! apt_in_turn "$log" "${root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get update ||
    ! apt_in_turn "$log" "${root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C $line; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    fail 'apt-get could not install them (its last lines are above). Run it by hand:' "${root[*]} $line"
  fi
  rm -f "$log"
}

# Maven 3.8 or newer from the PATH, else Debian's.
find_maven() {
  command -v mvn >/dev/null || install_packages maven
  MVN=$(command -v mvn)
}
