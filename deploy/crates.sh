#!/usr/bin/env bash
# What the binary is made of, as cargo resolves it for this machine: first all that it is built with, each line with its
# depth, name, version and licence; then, behind an empty line, what of it is in the binary. For sbom.mjs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tree() { cargo tree --locked --quiet --package alert-whisperer --prefix depth --format '{p}|{l}' --edges "$1"; }
tree normal,build
echo
tree normal,no-proc-macro
