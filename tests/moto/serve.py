"""moto on a port of 127.0.0.1, a free one if none is given; it is printed once it listens. Ends with its standard input.

AWS's SDK for Rust asks CloudWatch in Smithy RPC v2 CBOR alone, which moto does not know: here such a request becomes one
in AWS JSON 1.0, and its answer CBOR again. Nor does moto know which machines SSM has: a test tells it. AWS's own
documents, which it does not know either, have a hash here, to which SendCommand is held.
"""

import datetime
import gzip
import io
import json
import os
import re
import sys
import threading

import cbor2
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

RPC = re.compile(r"^/service/(\w+)/operation/(\w+)$")
FLOATS = {"Threshold", "Average", "Sum", "Minimum", "Maximum", "SampleCount", "Value", "Values"}
# AWS's own document that runs commands, and the SHA-256 that it has here.
DOCUMENT = "AWS-RunShellScript"
DOCUMENT_HASH = "99749de5e62f71e5ebe9a55c2321e2c394796afe7208cff048696541e6f6771e"
# CBOR's tag for seconds since 1970.
EPOCH = 1


def plain(value):
    """What JSON has a word for."""
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def moment(value):
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    return cbor2.CBORTag(EPOCH, float(value))


def typed(value, key=""):
    """What the SDK's schema has for a name."""
    if isinstance(value, dict):
        return {name: typed(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [typed(item, key) for item in value]
    if value is not None and re.search(r"(Timestamps?|Date)$", key):
        return moment(value)
    if key in FLOATS and isinstance(value, (int, float)):
        return float(value)
    return value


class Cbor:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start):
        asked = RPC.match(environ.get("PATH_INFO", ""))
        if not asked:
            return self.app(environ, start)
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ.pop("HTTP_CONTENT_ENCODING", "") == "gzip":
            raw = gzip.decompress(raw)
        body = json.dumps(plain(cbor2.loads(raw)) if raw else {}).encode()
        environ.pop("HTTP_SMITHY_PROTOCOL", None)
        environ.update(
            {
                **{name: "/" for name in ("PATH_INFO", "RAW_URI", "REQUEST_URI")},
                "CONTENT_TYPE": "application/x-amz-json-1.0",
                "HTTP_X_AMZ_TARGET": f"{asked[1]}.{asked[2]}",
                "HTTP_ACCEPT": "application/json",
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
            }
        )
        head = {}

        def keep(status, headers, _error=None):
            head.update(status=status, headers=headers)
            return lambda _: None

        said = b"".join(self.app(environ, keep))
        try:
            answer = json.loads(said) if said else {}
        except ValueError:
            answer = {"__type": "InternalFailure", "message": said[:200].decode(errors="replace")}
        if "__type" in answer:
            answer["__type"] = answer["__type"].split("#")[-1]
        body = cbor2.dumps(typed(answer))
        own = [(name, value) for name, value in head["headers"] if name.lower() not in ("content-length", "content-type")]
        own += [("content-type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"), ("content-length", str(len(body)))]
        start(head["status"], own)
        return [body]


class Machines:
    """Answers DescribeInstanceInformation with the machines of the caller's account that were posted before."""

    def __init__(self, app):
        self.app = app
        self.of_account = {}

    def __call__(self, environ, start):
        if environ.get("PATH_INFO") == "/test/instances":
            told = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            machine = {"InstanceId": told["instance_id"], "PlatformType": "Linux", "PingStatus": "Online"}
            if "name" in told:
                machine["ComputerName"] = told["name"]
            self.of_account.setdefault(told["account"], []).append(machine)
            return self.answer(start, {})
        if environ.get("HTTP_X_AMZ_TARGET") == "AmazonSSM.DescribeInstanceInformation":
            key = re.search(r"Credential=([^/]+)/", environ["HTTP_AUTHORIZATION"])[1]
            known = self.of_account.get(get_account_id_from(key), [])
            return self.answer(start, {"InstanceInformationList": known})
        return self.app(environ, start)

    def answer(self, start, body):
        return said(start, "200 OK", body)


class Documents:
    """Describes AWS's own document, and refuses a command that is to be by another content of it."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start):
        target = environ.get("HTTP_X_AMZ_TARGET")
        if target not in ("AmazonSSM.DescribeDocument", "AmazonSSM.SendCommand"):
            return self.app(environ, start)
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(raw)
        asked = json.loads(raw)
        if target == "AmazonSSM.DescribeDocument" and asked.get("Name") == DOCUMENT:
            described = {"Name": DOCUMENT, "Hash": DOCUMENT_HASH, "HashType": "Sha256", "Status": "Active"}
            return said(start, "200 OK", {"Document": described})
        if target == "AmazonSSM.SendCommand" and asked.get("DocumentHash", DOCUMENT_HASH) != DOCUMENT_HASH:
            refusal = {"__type": "InvalidDocument", "message": "document hash does not match Sha256."}
            return said(start, "400 Bad Request", refusal)
        return self.app(environ, start)


def said(start, status, body):
    body = json.dumps(body).encode()
    start(status, [("content-type", "application/x-amz-json-1.1"), ("content-length", str(len(body)))])
    return [body]


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    app = Documents(Machines(Cbor(DomainDispatcherApplication(create_backend_app))))
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = make_server("127.0.0.1", port, app, threaded=True)
    print(server.port, flush=True)
    server.serve_forever()
