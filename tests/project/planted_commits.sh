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
takes 'cuda: read kernels from the module'
takes 'info: list ops'
takes 'build: put flags into one place'
refuses 'move headers' 'is not "area: imperative what"'
refuses 'Core: move headers' 'is not "area: imperative what"'
refuses 'core: moved headers' '"moved" is no imperative'
refuses 'core: moves headers' '"moves" is no imperative'
refuses 'core: moving headers' '"moving" is no imperative'
refuses 'core: the headers' '"the" is no verb'
refuses 'core: move headers.' 'ends in a full stop'
refuses "core: move $(printf '%062d' 0)" '73 characters; at most 72'
takes "core: move $(printf '%061d' 0)"
angstroms=$(printf 'Å%.0s' $(seq 61))
takes "core: move $angstroms"
refuses "core: move ${angstroms}Å" '73 characters; at most 72'
for area in cord fix io/list build/cpu; do
  refuses "$area: move headers" "\"$area\" is no folder"
done
for past in made wrote took ran found gave kept left built sent; do
  refuses "core: $past headers" "\"$past\" is no imperative"
done
exit "$failed"
