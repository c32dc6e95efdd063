#!/usr/bin/env bash
# Installs Amazon's own verifier of SNS's messages for the tests, once, into .tools/, and prints the directory that it is in.
# What npm says goes to stderr. Fails, and says what is missing, where there is none to be had.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$here/../../.tools
mkdir -p "$tools"
home=$(cd "$tools" && pwd)/sns-validator-0.3.5

fail() {
	echo "The tests need sns-validator, and there is none: $*" >&2
	exit 1
}

command -v node >/dev/null && command -v npm >/dev/null || fail "install Node.js 18 or later and npm (Debian: nodejs npm)."
if [[ ! -f $home/node_modules/sns-validator/index.js ]]; then
	# Beside its place first, so that half an installation is never taken for a whole one.
	part=$(mktemp -d "$home.XXXXXX")
	trap 'rm -rf "$part"' EXIT
	cp "$here/package.json" "$here/package-lock.json" "$part"
	(cd "$part" && npm ci --silent --no-audit --no-fund --ignore-scripts >&2) || fail "npm could not install it."
	chmod 755 "$part"
	# Another run may have been first.
	mv -T "$part" "$home" 2>/dev/null || [[ -f $home/node_modules/sns-validator/index.js ]] || fail "$home cannot be written."
fi
echo "$home"
