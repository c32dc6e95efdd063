"""As much of MongoDB's wire protocol as it takes to ask a server two questions, with nothing installed.

A question and an answer are one OP_MSG each (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/),
a document is BSON (https://bsonspec.org).
"""

import socket
import struct

OP_MSG = 2013


def ask(port, question, within=5):
    """What the server on this port answers to a command on `admin`."""
    body = struct.pack("<I", 0) + b"\0" + encode({**question, "$db": "admin"})
    with socket.create_connection(("127.0.0.1", port), timeout=within) as peer:
        peer.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, OP_MSG) + body)
        (length,) = struct.unpack("<i", exactly(peer, 4))
        answer = exactly(peer, length - 4)
    # Behind the rest of the header stand four bytes of flags and the kind of the one section.
    return decode(answer[12 + 4 + 1 :])


def exactly(peer, count):
    found = b""
    while len(found) < count:
        more = peer.recv(count - len(found))
        if not more:
            raise ConnectionError("the server closed the connection")
        found += more
    return found


def encode(document):
    """A dict of int, str, list and dict."""
    elements = b""
    for name, value in document.items():
        if isinstance(value, int):
            kind, data = b"\x10", struct.pack("<i", value)
        elif isinstance(value, str):
            text = value.encode() + b"\0"
            kind, data = b"\x02", struct.pack("<i", len(text)) + text
        elif isinstance(value, list):
            kind, data = b"\x04", encode({str(at): item for at, item in enumerate(value)})
        else:
            kind, data = b"\x03", encode(value)
        elements += kind + name.encode() + b"\0" + data
    return struct.pack("<i", len(elements) + 5) + elements + b"\0"


def decode(data):
    """What stands at the top of a document; of types that no question here asks for, `None`."""
    found, at = {}, 4
    while data[at] != 0:
        kind = data[at]
        end = data.index(b"\0", at)
        name, at = data[at + 1 : end].decode(), end + 1
        size, value = field(kind, data, at)
        found[name] = value
        at += size
    return found


def field(kind, data, at):
    """The length of a value, and what it is."""
    if kind == 0x01:
        return 8, struct.unpack_from("<d", data, at)[0]
    if kind == 0x08:
        return 1, data[at] != 0
    if kind == 0x10:
        return 4, struct.unpack_from("<i", data, at)[0]
    (length,) = struct.unpack_from("<i", data, at) if kind in (0x02, 0x03, 0x04, 0x05) else (0,)
    if kind == 0x02:
        return 4 + length, data[at + 4 : at + 3 + length].decode()
    sizes = {0x03: length, 0x04: length, 0x05: 5 + length, 0x07: 12, 0x09: 8, 0x0A: 0, 0x11: 8, 0x12: 8}
    return sizes[kind], None
