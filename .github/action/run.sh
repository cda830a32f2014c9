#!/usr/bin/env bash
# Runs osps for the action: the inputs come as INPUT_* in the environment and are never pasted into a script. It can be run
# anywhere with the variables that a runner sets: RUNNER_TEMP, and GITHUB_OUTPUT and GITHUB_STEP_SUMMARY where there are any.
set -euo pipefail

complain() {
    printf '::error title=OSPS Baseline::%s\n' "$1"
    exit 2
}

osps="${INPUT_BINARY:-$RUNNER_TEMP/osps/bin/osps}"
path="${INPUT_PATH:-.}"
command -v "$osps" >/dev/null || complain "There is no osps to run."
command -v jq >/dev/null || complain "It takes jq to read the result."

results="$(mktemp -d "$RUNNER_TEMP/osps-result.XXXXXX")"
result="$results/result.json"
annotations="$results/annotations.txt"
options=(--quiet -o text -o "json=$result" -o "github=$annotations")

# The commit that a change request or a merge queue is compared with.
base() {
    local head parents
    head=$(git -c safe.directory='*' -C "$path" rev-parse HEAD 2>/dev/null) || return 0
    parents=$(git -c safe.directory='*' -C "$path" rev-list --parents --max-count=1 HEAD | wc -w)
    if [ "$parents" -eq 3 ] && [ "$head" = "${GITHUB_SHA:-}" ]; then
        # The forge merged the change into its base, which may have gone on since the event.
        git -c safe.directory='*' -C "$path" rev-parse HEAD^1
    else
        printf '%s\n' "$BASE_OF_CHANGE"
    fi
}

case "${INPUT_COMMAND:-gate}" in
gate)
    summary=markdown
    against="${INPUT_AGAINST:-}"
    if [ -z "$against" ] && [ -n "${BASE_OF_CHANGE:-}" ]; then
        against="ref:$(base)"
    fi
    if [ -n "$against" ]; then options+=("--against=$against"); fi
    if [ -n "${INPUT_FAIL_ON:-}" ]; then options+=("--fail-on=$INPUT_FAIL_ON"); fi
    ;;
assess) summary=github-summary ;;
*) complain "The input command is gate or assess." ;;
esac
if [ -n "${INPUT_LEVEL:-}" ]; then options+=("--require=$INPUT_LEVEL"); fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then options+=(-o "$summary=$GITHUB_STEP_SUMMARY"); fi
while IFS= read -r line; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    if [ -n "$line" ]; then options+=(-o "$line"); fi
done <<<"${INPUT_OUTPUT:-}"
if [ -n "${INPUT_TOKEN:-}" ]; then
    export OSPS_GITHUB_TOKEN="$INPUT_TOKEN"
else
    unset OSPS_GITHUB_TOKEN GITHUB_TOKEN GH_TOKEN
    options+=(--offline)
fi
unset INPUT_TOKEN

# What osps prints quotes files of strangers: until this word comes, the runner takes no line of it for a command.
word="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
printf '::stop-commands::%s\n' "$word"
code=0
said="$results/said.txt"
"$osps" "${INPUT_COMMAND:-gate}" "${options[@]}" -- "$path" 2>"$said" || code=$?
cat "$said"
printf '::%s::\n' "$word"

if [ -s "$annotations" ]; then cat "$annotations"; fi
if [ -s "$result" ]; then
    {
        jq -r '"answer=\(.gate.answer // "")",
            "level=\(if .levels then .levels.reached else .after.reached end // "none")",
            "regressions=\([.changes[]? | select(.severity == "error")] | length)"' "$result"
        echo "result-path=$result"
    } >>"${GITHUB_OUTPUT:-/dev/null}"
else
    # In one line, and with nothing in it that a runner reads as more than text.
    why="$(LC_ALL=C sed -n 's/^osps: //p' "$said" | head -n 1 | tr -d '\r' | cut -c 1-700)"
    why="${why:-what it says stands above}"
    printf '::error title=OSPS Baseline::osps ended with %s and no result: %s\n' "$code" "${why//%/%25}"
fi
exit "$code"
