#!/usr/bin/env bash
# Installs a program of npm's for the tests, once, into .tools/, and prints the directory that it is in:
#   packages.sh DIRECTORY NAME PROOF
# from DIRECTORY/package.json, which pins NAME; PROOF is a file of it by which a whole installation is known.
# What npm says goes to stderr. Fails, and says what is missing, where there is none to be had.
set -euo pipefail
here=$1 name=$2 proof=node_modules/$2/$3
tools=$here/../../.tools
version=$(grep -oP "\"$name\": \"\K[0-9.]+" "$here/package.json")
mkdir -p "$tools"
home=$(cd "$tools" && pwd)/$name-$version

fail() {
	echo "The tests need $name, and there is none: $*" >&2
	exit 1
}

command -v node >/dev/null && command -v npm >/dev/null || fail "install Node.js 20.19 or later and npm."
if [[ ! -f $home/$proof ]]; then
	# Beside its place first, so that half an installation is never taken for a whole one.
	part=$(mktemp -d "$home.XXXXXX")
	trap 'rm -rf "$part"' EXIT
	cp "$here/package.json" "$here/package-lock.json" "$part"
	(cd "$part" && npm ci --silent --no-audit --no-fund --ignore-scripts >&2) || fail "npm could not install it."
	chmod 755 "$part"
	# Another run may have been first.
	mv -T "$part" "$home" 2>/dev/null || [[ -f $home/$proof ]] || fail "$home cannot be written."
fi
echo "$home"
