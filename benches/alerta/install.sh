#!/usr/bin/env bash
# Installs Alerta for the bench, once, and prints the directory that it is in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../../tests/wheels.sh" "$here" alerta-server alerta/app.py --no-deps
