#!/usr/bin/env bash
# Installs CycloneDX's own schemas for the tests, once, and prints the directory that they are in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../wheels.sh" "$here" cyclonedx-python-lib cyclonedx/schema/_res/bom-1.6.SNAPSHOT.schema.json --no-deps
