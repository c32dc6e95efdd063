#!/usr/bin/env bash
# Installs moto for the tests, once, and prints the directory that it is in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../wheels.sh" "$here" moto moto/__init__.py --no-deps
