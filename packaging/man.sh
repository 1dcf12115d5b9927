#!/usr/bin/env bash
# Writes the manual pages of a binary into a folder: packaging/man.sh build/release/claviger DIR.
# Their date is $SOURCE_DATE_EPOCH or else that of the last commit, so that two builds are alike.
set -euo pipefail

if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
  here=$(dirname "$0")
  SOURCE_DATE_EPOCH=$(git -C "$here" log -1 --format=%ct 2>/dev/null) || SOURCE_DATE_EPOCH=
fi
if [[ -n $SOURCE_DATE_EPOCH ]]; then export SOURCE_DATE_EPOCH; else unset SOURCE_DATE_EPOCH; fi
rm -rf "$2"
exec "$1" reference man "$2" >/dev/null
