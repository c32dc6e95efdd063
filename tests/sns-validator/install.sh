#!/usr/bin/env bash
# Installs Amazon's own verifier of SNS's messages for the tests; see ../packages.sh.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../packages.sh" "$here" sns-validator index.js
