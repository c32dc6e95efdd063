#!/usr/bin/env bash
# Installs what drives a browser for the tests, once, into .tools/, and prints the directory that it is in; and Debian's
# Chromium where there is none. What npm and apt say goes to stderr. Fails, and says what is missing, where there is none
# to be had.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$here/../../.tools"
home=$(cd "$here/../../.tools" && pwd)/browser-1.65.1

fail() {
	echo "The tests of the dashboard need a browser, and there is none: $*" >&2
	exit 1
}

command -v node >/dev/null && command -v npm >/dev/null || fail "install Node.js 20.19 or later and npm."
if [[ ! -f $home/node_modules/playwright-core/index.js ]]; then
	# Beside its place first, so that half an installation is never taken for a whole one.
	part=$(mktemp -d "$home.XXXXXX")
	trap 'rm -rf "$part"' EXIT
	cp "$here/package.json" "$here/package-lock.json" "$part"
	(cd "$part" && npm ci --silent --no-audit --no-fund --ignore-scripts >&2) || fail "npm could not install what drives it."
	chmod 755 "$part"
	# Another run may have been first.
	mv -T "$part" "$home" 2>/dev/null || [[ -f $home/node_modules/playwright-core/index.js ]] || fail "$home cannot be written."
fi
if [[ ! -x /usr/bin/chromium ]]; then
	[[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || fail "install Debian's chromium."
	install() { DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core >&2; }
	# One at a time: apt has a lock, and does not wait for it.
	(
		flock 9
		[[ -x /usr/bin/chromium ]] || install || { apt-get update -qq >&2 && install; }
	) 9>"$home.lock" || fail "apt-get install chromium failed."
fi
echo "$home"
