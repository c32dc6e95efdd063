#!/usr/bin/env bash
# Installs schemathesis for the tests, once, and prints the directory that it is in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../wheels.sh" "$here" schemathesis bin/schemathesis
