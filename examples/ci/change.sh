#!/usr/bin/env bash
# Writes comment.md: what a change of a stack definition will do to the flow logs that run.
#
# Usage: change.sh FILE BASE. BASE is the revision on which the change is based. Needs git and jq. If the flow logs run as
# FILE declares them, it also writes the file `unchanged`: then no comment is needed.
#
# A difference that only the changed file has is the effect of the change. A difference that the file also has at BASE is
# drift. Exit code: 0, or 1 if the file has mistakes or something could not be checked.
set -euo pipefail
file=$1 base=$2
mark='<!-- terraform-provider-vpcflow change -->'

# Compares a file with what runs. A difference is not an error here.
compare() {
  terraform-provider-vpcflow drift --stack "$1" --unmanaged "${@:3}" --format json --output "$2" || true
  [ -s "$2" ]
}

# Writes comment.md without characters that have an effect instead of a glyph, and not longer than a comment may be.
comment() {
  jq --raw-input --slurp --raw-output '
    gsub("[\\p{Cf}\\p{Zl}\\p{Zp}\u0001-\u0009\u000b-\u001f\u007f-\u009f]"; "")
    | if length > 60000 then .[:60000] | sub("\n[^\n]*$"; "") | . + "\n\n…and more; the log of the job has all." else . end
  ' > comment.md
}

rm -f comment.md unchanged mistakes.md head.json base.json
if ! terraform-provider-vpcflow stack validate "$file" --format text --format markdown --output mistakes.md; then
  { echo "$mark"; cat mistakes.md; } | comment
  exit 1
fi
compare "$file" head.json
if git show "$base:./$file" > base-definition && terraform-provider-vpcflow stack validate base-definition; then
  compare base-definition base.json
  # A flow log can be removed together with the last of its region, and be declared in a new one.
  regions=$(jq --raw-output --slurp 'map(.regions) | if .[0] == .[1] then "" else add | unique | join(",") end' \
    head.json base.json)
  if [ -n "$regions" ]; then
    rm head.json base.json
    compare "$file" head.json --regions "$regions"
    compare base-definition base.json --regions "$regions"
  fi
else
  # The file is new, or was broken: then nothing is drift.
  echo '{ "findings": [], "failures": [], "without": true }' > base.json
fi

jq --raw-output --arg mark "$mark" --slurpfile base base.json '
  # Returns one row for each difference. Lines of the file may move, so they do not count.
  def rows: [.findings[] | select(.kind != "perhaps_declared") | { name: (.name // .flow_log_id), region, account, kind, cause } + (.changes[] // {})];
  def code($most): tojson | if length > $most then .[:$most] + "…" else . end
    | gsub("`"; "\u0027") | gsub("\\|"; "\\|") | "`\(.)`";
  def code: code(150);
  def what: { missing: "does not exist", replaced: "was replaced", unmanaged: "is not declared",
    delivery_failing: "does not deliver" }[.kind] // .kind;
  def row: [(.name | code), ([.region, .account // empty] | join(", ")),
    if .attribute then (.attribute, .found, .wanted | code) else what, "", (.cause // "" | if . == "" then . else code end) end];
  def table($found; $wanted): "| flow log | region | difference | \($found) | \($wanted) |\n|---|---|---|---|---|",
    (.[:50][] | "| \(row | join(" | ")) |"), if length > 50 then "\nand \(length - 50) more." else empty end;
  rows as $rows | ($base[0] | rows) as $old
  | ($rows - $old | map(select($base[0].without != true or .kind != "unmanaged"))) as $coming
  | ($rows - ($rows - $old)) as $drift
  | (.failures + $base[0].failures | unique_by(.message)) as $failures
  | $mark,
    if $failures != [] then "### The effect of this change could not be fully determined"
    elif $coming == [] then "### This change leaves the flow logs as they are"
    else "### This change will change flow logs" end,
    if $coming == [] then empty else "", ($coming | table("now"; "with this change")) end,
    if $drift == [] then empty
    else "\n### Existing drift, not caused by this change\n", ($drift | table("found"; "declared")) end,
    ($failures[:10][] | "\n> **Not checked:** \(.message | code(1000))")
' head.json | comment
if jq --exit-status '[.findings[] | select(.kind != "perhaps_declared")] + .failures == []' head.json > /dev/null; then touch unchanged; fi
jq --exit-status --slurp '[.[].failures[]] == []' head.json base.json > /dev/null
