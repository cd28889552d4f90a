#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tocsind with fake roles: what they are given, when they come back, in which order they stop.

usage: test_tocsind.py --bin BUILD_DIR
"""
import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# A fake role writes one line about itself, then does what the file `NAME.act` says.
ROLE = f"""#!{sys.executable}
import os, signal, socket, sys, time
name = os.path.basename(sys.argv[0])
fds = sorted(int(n) for n in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + n))
kinds = [os.readlink(f"/proc/self/fd/{{n}}").split(":")[0] for n in fds if n not in (1, 2)]
nnp = "NoNewPrivs:\\t1" in open("/proc/self/status").read()
act = open(name + ".act").read().split()
def note(words):
    with open("notes", "a") as f:
        f.write(f"{{name}} {{words}}\\n")
def stop(*_):
    if act[0] == "stubborn":
        return
    note("term")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
note(f"start fds={{fds}} kinds={{kinds}} args={{sys.argv[1:]}} sid={{os.getsid(0) == os.getpid()}}"
     f" stdin={{os.readlink('/proc/self/fd/0')}} nnp={{nnp}}")
if act[0] == "exit":
    sys.exit(int(act[1]))
channel = socket.socket(fileno=3)
if name == "tocsin-core":
    held = []
    while True:
        data, fds, flags, _ = socket.recv_fds(channel, 4096, 4)
        if not data:
            note("orphan")
            sys.exit(0)
        held = fds
        note(f"channel {{len(fds)}}")
else:
    note("eof" if channel.recv(10) == b"" else "data")
    if act[0] == "stubborn":
        time.sleep(60)
"""

failures = 0


def check(condition, words):
    global failures
    if not condition:
        failures += 1
        print(f"failed: {words}")


class Gateway:
    """A folder with tocsind, two fake roles and settings."""

    def __init__(self, tocsind, core="run", modem="run"):
        self.folder = Path(tempfile.mkdtemp(prefix="tocsind-"))
        shutil.copy(tocsind, self.folder / "tocsind")
        for name, act in (("tocsin-core", core), ("tocsin-modem", modem)):
            (self.folder / name).write_text(ROLE)
            (self.folder / name).chmod(0o700)
            self.act(name, act)
        (self.folder / "t.conf").write_text('modem = { device = "m"; poll_s = 7; };\n')
        self.process = None
        atexit.register(self.done)  # whatever fails, nothing is left running

    def act(self, name, words):
        (self.folder / f"{name}.act").write_text(words)

    def start(self):
        self.log = open(self.folder / "log", "w+")
        self.process = subprocess.Popen(["./tocsind", "-c", "t.conf"], cwd=self.folder,
                                        stderr=self.log, stdin=subprocess.DEVNULL)
        return self

    def notes(self):
        path = self.folder / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def count(self, beginning):
        return sum(line.startswith(beginning) for line in self.notes())

    def wait(self, beginning, count, seconds=30):
        until = time.monotonic() + seconds
        while self.count(beginning) < count and time.monotonic() < until:
            time.sleep(0.02)
        check(self.count(beginning) >= count, f"{count} x '{beginning}' in {self.notes()}")

    def eventually(self, true, words, seconds=20):
        until = time.monotonic() + seconds
        while not true() and time.monotonic() < until:
            time.sleep(0.02)
        check(true(), words)

    def fault(self):
        try:
            return (self.folder / "run/fault").read_text()
        except FileNotFoundError:
            return ""

    def child(self, name):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        for pid in map(int, children.split()):
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
            if name in command:
                return pid
        return None

    def said(self):
        return (self.folder / "log").read_text()

    def stop(self, code=0, seconds=20):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(seconds) == code, f"tocsind ended with {self.process.returncode}")

    def done(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def given(tocsind):
    """What a role finds open, and the order of stopping."""
    g = Gateway(tocsind).start()
    g.wait("tocsin-core channel 1", 1)
    g.wait("tocsin-modem start", 1)
    core = next(n for n in g.notes() if n.startswith("tocsin-core start"))
    modem = next(n for n in g.notes() if n.startswith("tocsin-modem start"))
    check("fds=[0, 1, 2, 3, 4]" in core, core)
    check("fds=[0, 1, 2, 3]" in modem, modem)
    for line in (core, modem):
        check("stdin=/dev/null" in line and "sid=True" in line and "nnp=True" in line, line)
    check("args=['-c', 't.conf']" in core, core)
    check("args=['-d', 'm', '-C', 'at115200', '-m', 'at', '-p', '7']" in modem, modem)
    second = subprocess.run(["./tocsind", "-c", "t.conf"], cwd=g.folder, capture_output=True, text=True)
    check(second.returncode == 1 and "runs here already" in second.stderr, second.stderr)
    check(oct((g.folder / "run").stat().st_mode & 0o777) == "0o700", "mode of run_dir")
    g.stop()
    order = [n for n in g.notes() if n.endswith("term")]
    check(order == ["tocsin-modem term", "tocsin-core term"], f"order of stopping: {order}")
    check(not (g.folder / "run/control").exists(), "the socket is gone")
    check("ROLE_ENDED" not in g.said(), g.said())
    g.done()


def modem_dies(tocsind):
    """A new modem gets a new channel; core stays."""
    g = Gateway(tocsind).start()
    g.wait("tocsin-core channel 1", 1)
    g.wait("tocsin-modem start", 1)
    core = g.child("tocsin-core")
    os.kill(g.child("tocsin-modem"), signal.SIGKILL)
    g.wait("tocsin-core channel 1", 2)
    g.wait("tocsin-modem start", 2)
    check(g.child("tocsin-core") == core, "core is the same process")
    check("role=modem signal=9" in g.said(), g.said())
    g.stop()
    g.done()


def core_dies(tocsind):
    """Both come back."""
    g = Gateway(tocsind).start()
    g.wait("tocsin-core channel 1", 1)
    g.wait("tocsin-modem start", 1)
    os.kill(g.child("tocsin-core"), signal.SIGKILL)
    g.wait("tocsin-core start", 2)
    g.wait("tocsin-modem start", 2)
    g.wait("tocsin-core channel 1", 2)
    g.stop()
    g.done()


def back_off(tocsind):
    """100, 200, 400, 800 ms: four starts in 0.7 s, five in 1.5 s, not more."""
    g = Gateway(tocsind, core="exit 10", modem="run").start()
    g.wait("tocsin-core start", 5, 8)
    for ms in (100, 200, 400, 800):
        g.eventually(lambda: f"role=core ms={ms}\n" in g.said(), f"a pause of {ms} ms in {g.said()}")
    g.eventually(lambda: g.fault() == "10\n", "the fault is noted")
    g.act("tocsin-core", "run")
    g.wait("tocsin-core channel 1", 1, 10)
    check(g.fault() == "", "the fault is forgotten")
    g.stop()
    g.done()


def lasting(tocsind):
    """Wrong settings: a minute's pause, not a hundred starts."""
    for code in (12, 13):
        g = Gateway(tocsind, core=f"exit {code}").start()
        g.wait("tocsin-core start", 1)
        g.eventually(lambda: "role=core ms=60000" in g.said(), "a minute's pause")
        time.sleep(1)
        check(g.count("tocsin-core start") == 1, "one start")
        check(g.fault() == f"{code}\n", "the fault is noted")
        g.stop()
        g.done()


def failed_sync(tocsind):
    """Core is not started again, the modem is stopped, tocsind stays and says why."""
    g = Gateway(tocsind).start()
    g.wait("tocsin-core channel 1", 1)
    g.act("tocsin-core", "exit 11")
    os.kill(g.child("tocsin-core"), signal.SIGKILL)
    g.wait("tocsin-core start", 2)
    g.eventually(lambda: "RESTART_MACHINE" in g.said(), "it is said")
    time.sleep(1.5)
    check(g.count("tocsin-core start") == 2, "no start after a failed sync")
    check(g.child("tocsin-core") is None and g.child("tocsin-modem") is None, "nothing runs")
    check("RESTART_MACHINE" in g.said(), g.said())
    check(g.fault() == "11\n", "the fault is noted")
    check(g.process.poll() is None, "tocsind stays")
    g.stop()
    g.done()


def stubborn(tocsind):
    """A role that ignores SIGTERM is killed after five seconds."""
    g = Gateway(tocsind, modem="stubborn").start()
    g.wait("tocsin-modem start", 1)
    time.sleep(0.3)
    began = time.monotonic()
    g.stop()
    took = time.monotonic() - began
    check(4 < took < 9, f"took {took:.1f} s")
    check("ROLE_KILLED" in g.said(), g.said())
    g.done()


def tocsind_dies(tocsind):
    """No role outlives it."""
    g = Gateway(tocsind).start()
    g.wait("tocsin-core channel 1", 1)
    g.wait("tocsin-modem start", 1)
    pids = [g.child("tocsin-core"), g.child("tocsin-modem")]
    g.process.kill()
    g.process.wait()
    until = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    check(not any(Path(f"/proc/{pid}").exists() for pid in pids), "roles ended with tocsind")
    g.start()  # the lock fell with it, and the socket left behind is replaced
    g.wait("tocsin-core channel 1", 2)
    g.stop()
    g.done()


def settings(tocsind):
    """-n, wrong settings, a missing role."""
    g = Gateway(tocsind)
    run = lambda *args: subprocess.run(["./tocsind", *args], cwd=g.folder, capture_output=True, text=True)
    check(run("-n", "-c", "t.conf").returncode == 0, "-n")
    (g.folder / "bad.conf").write_text("\nwater = 1;\n")
    bad = run("-n", "-c", "bad.conf")
    check(bad.returncode == 12 and "bad.conf:2: there is no setting" in bad.stderr, bad.stderr)
    check(run("-x").returncode == 2 and run("more").returncode == 2, "usage")
    (g.folder / "tocsin-core").unlink()
    missing = run("-c", "t.conf")
    check(missing.returncode == 12 and "cannot find" in missing.stderr, missing.stderr)
    g.done()


def main():
    tocsind = str((Path(sys.argv[sys.argv.index("--bin") + 1]) / "gateway/tocsind").resolve())
    for test in (given, modem_dies, core_dies, back_off, lasting, failed_sync, stubborn,
                 tocsind_dies, settings):
        before = failures
        test(tocsind)
        print(f"{test.__name__}: {'ok' if failures == before else 'FAILED'}", flush=True)
    return 1 if failures else 0


sys.exit(main())
