#!/usr/bin/env bash
# Installs what drives a browser for the tests (see ../packages.sh), and Debian's Chromium where there is none.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$("$here/../packages.sh" "$here" playwright-core index.js)

fail() {
	echo "The tests of the dashboard need a browser, and there is none: $*" >&2
	exit 1
}

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
