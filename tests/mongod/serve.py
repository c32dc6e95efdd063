"""Runs a command beside a mongod of its own: serve.py MONGOD COMMAND...

The server is a replica set of one member on 127.0.0.1, in a directory of its own, with a cache of MONGOD_CACHE_GB
(0.5). The command finds it under TEST_MONGO_URL, and the binary, for servers of a test's own, under TEST_MONGOD. When
the command ends, or this is told to end, the server is killed and its directory removed; nothing is printed, and the
exit code is the command's.
"""

import ctypes
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from wire import ask

# How long the server may take to be ready.
PATIENCE = 60
# What tells this to end, but for what it was started to ignore (`nohup`).
ENDINGS = {
    number
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    if signal.getsignal(number) != signal.SIG_IGN
}
PR_SET_PDEATHSIG = 1


def main(mongod, *command):
    directory = Path(tempfile.mkdtemp(prefix="mongod-"))
    server = None
    try:
        port = free_port()
        server = start(mongod, directory, port)
        wait_until_primary(server, directory, port)
        return run(command, mongod, f"mongodb://127.0.0.1:{port}/?replicaSet=rs0")
    finally:
        if server:
            server.kill()
            server.wait()
        shutil.rmtree(directory, ignore_errors=True)


def free_port():
    """A port below those that the kernel gives away by itself: nobody takes it between here and the start."""
    for port in random.sample(range(20000, 30000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    sys.exit("no free port for a mongod between 20000 and 30000")


def start(mongod, directory, port):
    options = [
        *("--replSet", "rs0", "--bind_ip", "127.0.0.1", "--port", str(port), "--nounixsocket"),
        *("--dbpath", directory, "--logpath", directory / "log"),
        *("--wiredTigerCacheSizeGB", os.environ.get("MONGOD_CACHE_GB", "0.5"), "--oplogSize", "128"),
        # A hundred files for each test's database are more than some machines let a process open: those of tests that
        # have ended are closed, at once and not after ten minutes.
        *("--wiredTigerEngineConfigString", "file_manager=(close_idle_time=20,close_scan_interval=5)"),
        *("--setParameter", "enableTestCommands=1"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        # Tests hold the clock: by the server's own, nothing of theirs may expire.
        *("--setParameter", "ttlMonitorEnabled=false"),
    ]

    def prepare():
        # It ends with this process, even where this one is killed.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # Each index of each test's database is a file.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    # A session of its own, so that a terminal's Ctrl-C does not end it under the tests.
    return subprocess.Popen(
        [mongod, *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True, preexec_fn=prepare
    )


def wait_until_primary(server, directory, port):
    members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
    initiate = {"replSetInitiate": {"_id": "rs0", "members": members}}
    initiated, said, deadline = False, None, time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if not initiated:
                said = ask(port, initiate, within=PATIENCE)
                initiated = said["ok"] == 1
            said = ask(port, {"hello": 1})
            if said.get("isWritablePrimary"):
                return
        except OSError as error:
            said = error
        time.sleep(0.02)
    log = directory / "log"
    last = log.read_text(errors="replace").splitlines()[-20:] if log.exists() else []
    sys.exit("\n".join(["mongod did not become ready:", *last, str(said)]))


def run(command, mongod, url):
    child = None

    def pass_on(number, _frame):
        # A terminal's Ctrl-C has reached the command already; a second one would cut its end short.
        if number != signal.SIGINT:
            child.send_signal(number)

    environment = {**os.environ, "TEST_MONGO_URL": url, "TEST_MONGOD": mongod}
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        child = subprocess.Popen(
            command, env=environment, preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
        )
    except OSError as error:
        print(error, file=sys.stderr)
        return 127
    for number in ENDINGS:
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    # Until the command runs, being told to end is an end as any other.
    for early in ENDINGS:
        signal.signal(early, lambda number, _: sys.exit(128 + number))
    sys.exit(main(*sys.argv[1:]))
