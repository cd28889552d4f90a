#!/bin/sh
# Every C source is as clang-format 14 writes it, and every shell script parses.
set -eu
cd "$(dirname "$0")/../.."
find crypto reporting gateway schemas tests -name '*.[ch]' -print | sort |
	xargs clang-format --dry-run -Werror
for script in tests/run deploy/quickstart deploy/install-packages .ci/run tests/lint/*.sh; do
	sh -n "$script"
done
