#!/usr/bin/env bash
# Installs Debian's Prometheus Alertmanager for the tests, once, into .tools/, and prints the directory that its programs
# are in. What apt says goes to stderr. Fails, and says what is missing, where there is none to be had.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$here/../../.tools"
tools=$(cd "$here/../../.tools" && pwd)
home=$tools/alertmanager
# It looks for its templates where it was built to be installed.
templates=/usr/share/prometheus/alertmanager

fail() {
	echo "The tests need Debian's prometheus-alertmanager, and there is none: $*" >&2
	exit 1
}

if [[ ! -x $home/usr/bin/prometheus-alertmanager ]]; then
	command -v apt-get >/dev/null && command -v dpkg >/dev/null || fail "this is no Debian."
	# Beside its place first, so that half an installation is never taken for a whole one.
	part=$(mktemp -d "$home.XXXXXX")
	trap 'rm -rf "$part"' EXIT
	fetch() { (cd "$part" && apt-get download -qq -o APT::Sandbox::User=root prometheus-alertmanager) >&2; }
	if ! fetch; then
		[[ $(id -u) == 0 ]] && apt-get update -qq >&2 || true
		fetch || fail "apt-get download prometheus-alertmanager failed."
	fi
	dpkg -x "$part"/*.deb "$part" >&2
	rm -f "$part"/*.deb
	chmod 755 "$part"
	# Another run may have been first.
	mv -T "$part" "$home" 2>/dev/null || [[ -x $home/usr/bin/prometheus-alertmanager ]] || fail "$home cannot be written."
fi
if [[ ! -f $templates/default.tmpl ]]; then
	{ mkdir -p "$(dirname "$templates")" && cp -r "$home$templates" "$templates"; } >&2 ||
		fail "$templates cannot be written: install prometheus-alertmanager."
fi
echo "$home/usr/bin"
