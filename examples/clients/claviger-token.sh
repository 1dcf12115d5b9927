#!/usr/bin/env bash
# Calls a protected API with a token of Claviger (bash 4.4 or newer, curl). Paste the functions into
# your script.
#
# As a program: claviger-token.sh URL... calls each in turn and prints what it answers.

token='' good_until=0 # in seconds since the script began

# Text as curl's configuration has it. Given there, no secret stands in the list of processes.
quoted() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# Sets $token, and keeps it until shortly before it expires: not to be called in a subshell.
renew_token() {
  local asked=$SECONDS answer expires_in
  [[ -z $token ]] || ((SECONDS >= good_until)) || return 0
  answer=$(
    curl -sSf --max-time 10 -K - <<END
url = $(quoted "${CLAVIGER_URL%/}/token")
header = $(quoted "x-api-key: $CLAVIGER_API_KEY")
data-urlencode = $(quoted "identifier=$CLAVIGER_IDENTIFIER")
data-urlencode = $(quoted "secret=$CLAVIGER_SECRET")
END
  ) || return 1
  token=$(sed -n 's/.*"token":"\([^"]*\)".*/\1/p' <<<"$answer")
  expires_in=$(sed -n 's/.*"expires_in":\([0-9]*\).*/\1/p' <<<"$answer")
  good_until=$((asked + expires_in - ${CLAVIGER_RENEW_BEFORE:-30}))
}

# call_api URL [CURL-OPTIONS…] : prints the answer. A token that was revoked is refused with 401:
# then once more with a new one.
call_api() {
  local attempt answer status
  for attempt in 1 2; do
    renew_token || return 1
    answer=$(curl -sS --max-time 10 -w '\n%{http_code}' -K - "$@" \
      <<<"header = $(quoted "Authorization: Bearer $token")") || return 1
    status=${answer##*$'\n'}
    [[ $status == 401 && $attempt == 1 ]] || break
    token=''
  done
  if [[ $status != 2?? ]]; then
    printf '%s: %s\n' "$1" "$status" >&2
    return 1
  fi
  printf '%s\n' "${answer%$'\n'*}"
}

main() {
  local url
  for url in "$@"; do call_api "$url" || exit 1; done
}

[[ ${BASH_SOURCE[0]} != "$0" ]] || main "$@"
