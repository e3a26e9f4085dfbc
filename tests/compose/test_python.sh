#!/bin/sh
# Messages built of drafts by chance say to another reader, python3's email module, what they should.

src=${TEST_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
tool=${TEST_BUILDDIR:-$src/build}/tests/compose/write_drafts
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
[ -x "$tool" ] || { echo "no program at $tool"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rowan-drafts.XXXXXX") || exit 99
trap 'rm -rf "$scratch"' EXIT
timeout 60 "$tool" "$scratch" 300 || exit 1
PYTHONDONTWRITEBYTECODE=1 timeout 120 python3 "$src/tests/compose/read_drafts.py" "$scratch"
