"""Says what is wrong with a software bill of materials on standard input by CycloneDX's own schema; nothing if it is right.

    validate.py DIRECTORY   as tests/cyclonedx/install.sh prints it; needs jsonschema_rs, which schemathesis brings along
"""

import json
import pathlib
import sys

import jsonschema_rs

SCHEMAS = pathlib.Path(sys.argv[1]) / "cyclonedx/schema/_res"


def schema(name):
    return json.loads((SCHEMAS / f"{name}.SNAPSHOT.schema.json").read_text())


registry = jsonschema_rs.Registry(
    (f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", schema(name))
    for name in ("spdx", "jsf-0.82", "cryptography-defs")
)
validator = jsonschema_rs.validator_for(schema("bom-1.6"), registry=registry)
for error in validator.iter_errors(json.load(sys.stdin)):
    print(error)
