# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced: run a long command quietly, but never silently.

# Tell how long TITLE has been going on and what LOG says last, until standard
# input ends: on a terminal in one line every 2 seconds, else every 10 seconds.
report_progress() {
    local title=$1 log=$2 start=$SECONDS next=2 status line
    while true; do
        status=0
        read -rt 2 _ || status=$?
        ((status > 128)) || break
        line=$(tail -n 1 "$log" 2>/dev/null) || line=
        if [[ -t 1 ]]; then
            printf '\r\033[K%s: %d s, %.50s' "$title" $((SECONDS - start)) "$line"
        elif ((SECONDS - start >= next)); then
            printf '%s: %d s, %.50s\n' "$title" $((SECONDS - start)) "$line"
            next=$((SECONDS - start + 10))
        fi
    done
    [[ ! -t 1 ]] || printf '\r\033[K'
}

# run_quietly TITLE LOG COMMAND...: the command's output goes to LOG and is
# shown when the command fails.
run_quietly() {
    local title=$1 log=$2 tick reporter status=0
    shift 2
    exec {tick}> >(report_progress "$title" "$log")
    reporter=$!
    "$@" >"$log" 2>&1 {tick}>&- || status=$?
    exec {tick}>&-
    wait "$reporter"
    if ((status)); then
        printf '%s failed: %s\n' "$title" "$*" >&2
        cat "$log" >&2
    fi
    return "$status"
}
