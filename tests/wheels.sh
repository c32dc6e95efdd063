#!/usr/bin/env bash
# Installs a program in Python for the tests, once, into .tools/, and prints the directory that it is in:
#   wheels.sh DIRECTORY NAME PROOF [PIP OPTION...]
# from DIRECTORY/requirements.txt, which pins NAME; PROOF is a file of it by which a whole installation is known.
# What pip says goes to stderr. Fails, and says what is missing, where there is none to be had.
set -euo pipefail
here=$1 name=$2 proof=$3
shift 3
tools=$here/../../.tools
pin=$(grep -oE "^$name==[0-9.]+" "$here/requirements.txt")
mkdir -p "$tools"
# Wheels are of one version of Python.
home=$(cd "$tools" && pwd)/${pin/==/-}-$(python3 -c 'import sys; print("py%d.%d" % sys.version_info[:2])')

fail() {
	echo "The tests need $name, and there is none: $*" >&2
	exit 1
}

if [[ ! -f $home/$proof ]]; then
	python3 -m pip --version >/dev/null 2>&1 || fail "install Python 3.11 or later and pip (Debian: python3-pip)."
	# Beside its place first, so that half an installation is never taken for a whole one.
	part=$(mktemp -d "$home.XXXXXX")
	trap 'rm -rf "$part"' EXIT
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore "$@" \
		--only-binary=:all: --require-hashes --target "$part" -r "$here/requirements.txt" >&2 || fail "pip could not install $pin."
	chmod 755 "$part"
	# Another run may have been first.
	mv -T "$part" "$home" 2>/dev/null || [[ -f $home/$proof ]] || fail "$home cannot be written."
fi
echo "$home"
