#!/usr/bin/env bash
# One measurement for a CI job, of GitHub or of any other: what is asked comes in through BENCH_… variables, what is found
# goes into a folder, and the exit code is the tool's. Run it by its path; docs/ci.md says what each variable means.
# On GitHub it also tells verdict, exit-code, record and report to the steps that follow.
set -euo pipefail

tool_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
verdict=error
record=
report=
deciding=
readonly USAGE=2 RUN_FAILED=4

on_github() { [ "${GITHUB_ACTIONS:-}" = true ]; }

# One stream: the runner takes commands out of both, and knows no order between the two.
if on_github; then exec 2>&1; fi

# refuse <what is wrong>: nothing has been measured.
refuse() {
  printf '%s\n' "$1" >&2
  exit "$USAGE"
}

# annotate <error or warning> <what it means>: first the lines that decided, where there are some, each of them within the command.
annotate() {
  local text="${deciding:+$deciding$'\n'}$2"
  text="${text//'%'/%25}"
  text="${text//$'\r'/%0D}"
  printf '::%s title=mcp-transport-bench::%s\n' "$1" "${text//$'\n'/%0A}"
}

# However the script ends, the steps that follow learn of it.
conclude() {
  local code=$?
  if [ -n "${GITHUB_OUTPUT:-}" ]; then
    printf '%s\n' "verdict=$verdict" "exit-code=$code" "record=$record" "report=$report" >>"$GITHUB_OUTPUT"
  fi
  if on_github; then
    case $verdict in
      pass) ;;
      inconclusive) annotate warning 'inconclusive: nothing is broken, and something is not proven' ;;
      fail) annotate error 'a limit is broken, or something is surely worse than it may be' ;;
      *) annotate error "nothing could be judged (exit code $code): the last lines of the log say why" ;;
    esac
  fi
}
trap conclude EXIT

words=(run)

# add <flag> <text>: the flag with the text, where there is one.
add() {
  if [ -n "$2" ]; then words+=("$1" "$2"); fi
}

# add_lines <flag> <text>: the flag with each line of the text that is not blank; without a flag, the lines alone.
add_lines() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    if [ -z "$line" ]; then continue; fi
    if [ -n "$1" ]; then words+=("$1"); fi
    words+=("$line")
  done <<<"$2"
}

# Earlier files of the same names go: what is found there afterwards is of this run.
make_report_folder() {
  local folder="${BENCH_REPORT:-mcp-transport-bench-report}"
  case $folder in
    *$'\n'* | *$'\r'*) refuse 'report: expected the path of a folder, in one line' ;;
    /*) ;;
    *) folder="$PWD/$folder" ;;
  esac
  mkdir -p -- "$folder" || refuse "report: expected a folder that can be made, got $folder"
  rm -f -- "$folder/record.json" "$folder/report.md" "$folder/junit.xml" "$folder/summary.json"
  report=$folder
}

ask() {
  add_lines --command "${BENCH_COMMAND:-}"
  add_lines --target "${BENCH_TARGET:-}"
  add --transport "${BENCH_TRANSPORT:-}"
  add_lines --threshold "${BENCH_THRESHOLDS:-}"
  if [ -n "${BENCH_BASE_REF:-}" ]; then words+=(--arm "base=$BENCH_BASE_REF" --arm head=.); fi
  add --setup "${BENCH_SETUP:-}"
  add --budget "${BENCH_BUDGET:-}"
  add --inconclusive "${BENCH_INCONCLUSIVE:-}"
  add_lines '' "${BENCH_ARGUMENTS:-}"
  words+=(--output "$report/record.json" --format table --format "markdown=$report/report.md")
  words+=(--format "junit=$report/junit.xml" --format "json=$report/summary.json" --summary)
  words+=(--) # What follows is a scenario, whatever it begins with.
  add_lines '' "${BENCH_SCENARIO-tool-calls}"
}

tool=()

# The tool of a version from npm, or the one beside this script, which is built if it has not been.
find_tool() {
  local version="${BENCH_VERSION:-}"
  if [ -n "$version" ]; then
    if [[ ! $version =~ ^[0-9A-Za-z][0-9A-Za-z.+-]*$ ]]; then refuse 'version: expected one like 1.2.3, or latest'; fi
    tool=(npx --yes -- "mcp-transport-bench@$version")
    return
  fi
  if [ ! -e "$tool_root/node_modules" ] || [ ! -e "$tool_root/dist" ]; then
    if on_github; then printf '::group::Build mcp-transport-bench\n'; fi
    # Installing builds, by the package's own script.
    (cd "$tool_root" && npm ci --no-audit --no-fund) || exit "$RUN_FAILED"
    if on_github; then printf '::endgroup::\n'; fi
  fi
  tool=(node "$tool_root/bin/mcp-transport-bench.js")
}

# Answers with the tool's exit code. A signal for the script is one for the tool, which then saves what is complete and ends.
measure() {
  local code=0 child
  "${tool[@]}" "${words[@]}" &
  child=$!
  trap 'kill -TERM "$child" 2>/dev/null || true' INT TERM HUP
  wait "$child" || code=$?
  # A wait that a signal cut short says so by its own code, with the tool still at work.
  while kill -0 "$child" 2>/dev/null; do
    code=0
    wait "$child" || code=$?
  done
  trap - INT TERM HUP
  return "$code"
}

# The word of the gate, out of the summary, "pass" where nothing was asked; then the lines that decided, as the tool words them.
judged() {
  node -e '
    const { readFileSync } = require("node:fs");
    const { gate } = JSON.parse(readFileSync(process.argv[1], "utf8"));
    const MOST = 3;
    const WORDS = { pass: "passed", fail: "FAILED", inconclusive: "undecided" };
    const lines = [];
    if (gate !== null && gate.word !== "pass") {
      const of = (word) => gate.findings.filter((one) => one.word === word);
      for (const { name, cellId, armId, because } of of(gate.word).slice(0, MOST)) {
        const where = [cellId, armId].filter((part) => part !== null && !name.split(" ").includes(part));
        lines.push(`${WORDS[gate.word]}: ${[name, ...where].join(" · ")}: ${because}`);
      }
      if (of(gate.word).length > MOST) lines.push(`… and ${of(gate.word).length - MOST} more`);
      const counts = ["fail", "inconclusive", "pass"].filter((word) => of(word).length > 0);
      const parts = counts.map((word) => `${of(word).length} ${WORDS[word].toLowerCase()}`);
      lines.push(`Gate: ${WORDS[gate.word]} (${parts.join(", ") || "nothing to judge"})`);
    }
    // What cannot be printed could begin a line of its own.
    const printable = lines.map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?"));
    console.log([gate === null ? "pass" : gate.word, ...printable].join("\n"));
  ' "$report/summary.json" 2>/dev/null
}

command -v node >/dev/null || refuse 'node: expected Node 20.19 or newer on the PATH, as of actions/setup-node'
make_report_folder
cd -- "${BENCH_DIRECTORY:-.}" || refuse 'working-directory: expected a folder of the workspace'
find_tool
ask
# Lines of servers and setups are no commands to the runner.
muted=
if on_github; then
  muted="$(node -p 'crypto.randomUUID()')"
  printf '::stop-commands::%s\n' "$muted"
fi
code=0
measure || code=$?
if [ -n "$muted" ]; then printf '::%s::\n' "$muted"; fi
if [ -e "$report/record.json" ]; then record="$report/record.json"; fi
# Whether it could be judged the exit code says, and what it was judged to be the summary, whatever undecided ends as.
case $code in
  0 | 1 | 3)
    if told="$(judged)"; then
      verdict="${told%%$'\n'*}"
      if [ "$told" != "$verdict" ]; then deciding="${told#*$'\n'}"; fi
    else
      printf 'the tool ended with exit code %d, and left no summary\n' "$code" >&2
      verdict=error code=$RUN_FAILED
    fi
    ;;
esac
exit "$code"
