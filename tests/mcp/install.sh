#!/usr/bin/env bash
# Installs the MCP client for the tests, once, into .tools/, and prints the directory that Python finds it in.
# What pip says goes to stderr. Fails, and says what is missing, where there is none to be had.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$here/../../.tools
pin=$(grep -oE '^mcp==[0-9.]+' "$here/requirements.txt")
mkdir -p "$tools"
# Wheels are of one version of Python.
home=$(cd "$tools" && pwd)/${pin/==/-}-$(python3 -c 'import sys; print("py%d.%d" % sys.version_info[:2])')

fail() {
	echo "The tests need the MCP client, and there is none: $*" >&2
	exit 1
}

if [[ ! -f $home/mcp/__init__.py ]]; then
	python3 -m pip --version >/dev/null 2>&1 || fail "install Python 3.11 or later and pip (Debian: python3-pip)."
	part=$(mktemp -d "$home.XXXXXX")
	trap 'rm -rf "$part"' EXIT
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
		--no-deps --only-binary=:all: --require-hashes --target "$part" -r "$here/requirements.txt" >&2 || fail "pip could not install $pin."
	chmod 755 "$part"
	# Another run may have been first.
	mv -T "$part" "$home" 2>/dev/null || [[ -f $home/mcp/__init__.py ]] || fail "$home cannot be written."
fi
echo "$home"
