#!/usr/bin/env bash
# Installs Standard Webhooks' own library for the tests, once, and prints the directory that it is in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../wheels.sh" "$here" standardwebhooks standardwebhooks/__init__.py --no-deps
