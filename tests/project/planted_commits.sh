#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does check_commits refuse what it should, and nothing else?
#   planted_commits.sh PATH/TO/check_commits
set -eu
check=$1
failed=0

refuses() {
  if said=$(printf '%s\n' "$1" | "$check" -); then
    echo "passes and should not: $1"
    failed=1
  elif ! echo "$said" | grep -qF "$2"; then
    echo "is refused for another reason than '$2': $said"
    failed=1
  fi
}

takes() {
  printf '%s\n' "$1" | "$check" - || failed=1
}

takes 'core: move headers to include/dfengine'
takes 'io/lists: pass options, embed names, need no angles'
takes 'build: bring back the check'
takes 'docs: address what was left'
refuses 'move headers' 'is not "area: imperative what"'
refuses 'Core: move headers' 'is not "area: imperative what"'
refuses 'core: moved headers' '"moved" is no imperative'
refuses 'core: moves headers' '"moves" is no imperative'
refuses 'core: moving headers' '"moving" is no imperative'
refuses 'core: the headers' '"the" is no verb'
refuses 'core: move headers.' 'ends in a full stop'
refuses "core: move $(printf '%062d' 0)" '73 characters; at most 72'
takes "core: move $(printf '%061d' 0)"
exit "$failed"
