#!/bin/sh
# Nothing is left open in the sources, every source has its licence line, and every man page is
# clean mdoc.
set -eu
cd "$(dirname "$0")/../.."
fail=0
if grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' crypto reporting gateway schemas deploy docs --include='*'; then
	fail=1
fi
for source in $(find crypto reporting gateway tests -name '*.[ch]' -o -path schemas -prune); do
	head -n 1 "$source" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || {
		echo "$source: no licence line"
		fail=1
	}
done
for page in deploy/man/*.[1-8]; do
	mandoc -T lint -W warning "$page" || fail=1
done
exit $fail
