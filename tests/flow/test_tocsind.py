#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tocsind with fake roles: what they are given, when they come back, in which order they stop.

usage: test_tocsind.py --bin BUILD_DIR
"""
import atexit
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# A fake role writes one line about itself, then does what the file `NAME.act` says, or, for the
# modem with that device, `DEVICE.act`.
ROLE = f"""#!{sys.executable}
import os, signal, socket, struct, sys, time
name = os.path.basename(sys.argv[0])
fds = sorted(int(n) for n in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + n))
kinds = [os.readlink(f"/proc/self/fd/{{n}}").split(":")[0] for n in fds if n not in (1, 2)]
nnp = "NoNewPrivs:\\t1" in open("/proc/self/status").read()
device = os.path.basename(sys.argv[sys.argv.index("-d") + 1]) if "-d" in sys.argv else ""
act = open(device + ".act" if os.path.exists(device + ".act") else name + ".act").read().split()
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
if act[0] == "mark":  # as a refused PIN is
    os.write(4, b"x")
    sys.exit(int(act[1]))
if act[0] == "abort":
    os.abort()
channel = socket.socket(fileno=3)
if name == "tocsin-core":
    held = []
    while True:
        data, fds, flags, _ = socket.recv_fds(channel, 4096, 4)
        if not data:
            note("orphan")
            sys.exit(0)
        kind, _, modem = struct.unpack_from("=III", data)
        if fds:
            note(f"channel {{len(fds)}} of {{modem}}")
        else:
            note("gone modem=%d exit=%d signal=%d cycled=%d" % struct.unpack_from("=IiiI", data, 8))
        held += fds
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

    def __init__(self, tocsind, core="run", modem="run", conf='modem = { device = "m"; poll_s = 7; };\n'):
        self.folder = Path(tempfile.mkdtemp(prefix="tocsind-"))
        shutil.copy(tocsind, self.folder / "tocsind")
        for name, act in (("tocsin-core", core), ("tocsin-modem", modem)):
            (self.folder / name).write_text(ROLE)
            (self.folder / name).chmod(0o700)
            self.act(name, act)
        (self.folder / "t.conf").write_text(conf)
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

    def notes_of(self, beginning):
        return [n for n in self.notes() if n.startswith(beginning)]

    def modem(self, device):
        """The number of the modem's process with this device."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        for pid in map(int, children.split()):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if "-d" in words and os.path.basename(words[words.index("-d") + 1]) == device:
                return pid
        return None

    def wakeups(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.M)[1])

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
    check("args=['-d', 'm', '-C', 'at115200', '-m', 'at', '-p', '7', '-w', 'nightly']" in modem, modem)
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


def two_modems(tocsind):
    """Each by itself: when one ends, the other's process stays; -R after a signal, and only then."""
    g = Gateway(tocsind, conf='''modem = { device = "a"; credit_ussd = "*144#"; sweep = "off"; };
        modem3 = { device = "c"; poll_s = 3; sweep = "batch"; };''').start()
    g.wait("tocsin-core channel 1 of 0", 1)
    g.wait("tocsin-core channel 1 of 2", 1)
    g.wait("tocsin-modem start", 2)
    starts = [n for n in g.notes() if n.startswith("tocsin-modem start")]
    check(any("'-d', 'a', '-C', 'at115200', '-m', 'at', '-p', '300', '-w', 'off', '-u', '*144#']" in n
              for n in starts), starts)
    check(any("'-d', 'c', '-C', 'at115200', '-m', 'at', '-p', '3', '-w', 'batch']" in n for n in starts),
          starts)
    first = g.modem("a")
    os.kill(g.modem("c"), signal.SIGSEGV)
    g.wait("tocsin-core gone modem=2 exit=-1 signal=11 cycled=0", 1)
    g.wait("tocsin-core channel 1 of 2", 2)
    g.wait("tocsin-modem start", 3)
    check("'batch', '-R']" in g.notes_of("tocsin-modem start")[-1], g.notes())
    check(g.modem("a") == first and g.count("tocsin-core gone modem=0") == 0, "the other one stays")
    g.act("c", "exit 0")
    os.kill(g.modem("c"), signal.SIGTERM)
    g.wait("tocsin-modem start", 4)
    check("-R" not in g.notes_of("tocsin-modem start")[3], "the last one ended by itself")
    core = g.child("tocsin-core")
    os.kill(core, signal.SIGKILL)  # then both get new ones, and nobody is rescued
    g.act("c", "run")
    g.wait("tocsin-core start", 2)
    g.eventually(lambda: g.modem("a") and g.modem("a") != first and g.modem("c"), "both are back")
    check(not any("-R" in n for n in g.notes_of("tocsin-modem start")[4:]), g.notes())
    g.stop()
    g.done()


def unplugged(tocsind):
    """Started when the device is there again, whether its folder, a link or itself was missing; not
    looked for meanwhile."""
    g = Gateway(tocsind, modem="exit 19", conf='modem = { device = "dev/by-id/stick"; };')
    g.start()
    g.wait("tocsin-core gone modem=0 exit=19", 1)
    g.eventually(lambda: "MODEM_AWAITED" in g.said(), g.said())
    time.sleep(1.2)
    check(g.count("tocsin-modem start") == 1, "one start while it is unplugged")
    before = g.wakeups()
    time.sleep(2)
    check(g.wakeups() - before <= 1, f"{g.wakeups() - before} wake-ups in 2 s")
    g.act("tocsin-modem", "run")
    began = time.monotonic()
    (g.folder / "dev").mkdir()
    time.sleep(0.1)
    (g.folder / "dev/by-id").mkdir()
    time.sleep(0.1)
    (g.folder / "dev/by-id/stick").symlink_to("../ttyX")
    time.sleep(0.1)
    check(g.count("tocsin-modem start") == 1, "a link to nothing is no device")
    (g.folder / "dev/ttyX").write_text("")
    g.wait("tocsin-modem start", 2)
    took = time.monotonic() - began
    check(0.5 < took < 5, f"it took {took:.1f} s")
    # unplugged and back while it runs: the process says so, as the tty does
    (g.folder / "dev/ttyX").unlink()
    g.act("tocsin-modem", "exit 19")
    os.kill(g.modem("stick"), signal.SIGTERM)
    g.wait("tocsin-core gone modem=0 exit=19", 2)
    count = g.count("tocsin-modem start")
    g.act("tocsin-modem", "run")
    (g.folder / "dev/ttyX").write_text("")
    g.wait("tocsin-modem start", count + 1, 5)
    g.stop()
    g.done()


def pin(tocsind):
    """Its file as descriptor 4, read and write, if it is this user's alone; then only when it changes."""
    g = Gateway(tocsind, modem="mark 20", conf='modem = { device = "m"; pin_file = "pin"; };')
    path = g.folder / "pin"
    path.write_text("1234\n")
    path.chmod(0o600)
    g.start()
    g.wait("tocsin-core gone modem=0 exit=20", 1)
    start = g.notes_of("tocsin-modem start")[0]
    check("fds=[0, 1, 2, 3, 4]" in start and "/pin'" in start and "'-P']" in start, start)
    check(path.read_text() == "x234\n", "it can be written to")
    time.sleep(1.2)
    check(g.count("tocsin-modem start") == 1, "what it wrote itself starts nothing")
    check("PIN_AWAITED" in g.said() and "1234" not in g.said(), g.said())
    path.write_text("4321\n")
    g.wait("tocsin-modem start", 2, 5)
    g.wait("tocsin-core gone modem=0 exit=20", 2)
    g.act("tocsin-modem", "exit 20")
    for change, words in ((lambda: path.chmod(0o640), "open to its group"),
                          (lambda: (path.rename(g.folder / "p"), path.symlink_to("p")), "a link"),
                          (lambda: (path.unlink(), os.mkfifo(path, 0o600)), "a pipe"),
                          (path.unlink, "missing")):
        starts = g.count("tocsin-modem start")
        bad = g.said().count("PIN_FILE_BAD")
        gone = g.count("tocsin-core gone modem=0 exit=20")
        change()
        g.wait("tocsin-modem start", starts + 1, 5)
        check("-P" not in g.notes_of("tocsin-modem start")[-1], f"{words}: {g.notes()[-1]}")
        g.eventually(lambda: g.said().count("PIN_FILE_BAD") > bad, f"{words}: {g.said()}")
        g.wait("tocsin-core gone modem=0 exit=20", gone + 1)
        time.sleep(0.5)  # until its end is seen, and the file is watched
    (g.folder / "p").rename(path)
    path.chmod(0o600)
    g.eventually(lambda: "'-P']" in g.notes_of("tocsin-modem start")[-1], "trusted again")
    g.stop()
    g.done()


CYCLE = f"""#!{sys.executable}
import os, sys, time
fds = sorted(int(n) for n in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + n))
with open("notes", "a") as f:
    f.write(f"cycle args={{sys.argv[1:]}} fds={{fds}} sid={{os.getsid(0) == os.getpid()}} "
            f"stdin={{os.readlink('/proc/self/fd/0')}}\\n")
print("words that no log needs")
sys.exit(3)
"""


def power_cycle(tocsind):
    """A modem that does not answer: once more at once, then its power, then once more; not again
    before half a minute. Another modem's silence is another's."""
    g = Gateway(tocsind, modem="exit 14", conf='''modem = { device = "m"; power_cycle = "cycle"; };
        modem2 = { device = "n"; };''')
    (g.folder / "cycle").write_text(CYCLE)
    (g.folder / "cycle").chmod(0o700)
    g.act("n", "run")
    g.start()
    g.wait("cycle", 1)
    g.wait("tocsin-modem start", 4)
    order = [n.split()[0] for n in g.notes() if n.startswith("cycle") or "'-d', 'm'" in n]
    check(order[:3] == ["tocsin-modem", "tocsin-modem", "cycle"], order)
    line = g.notes_of("cycle")[0]
    check("args=['m'] fds=[0, 1, 2] sid=True stdin=/dev/null" in line, line)
    g.wait("tocsin-core gone modem=0 exit=14 signal=0 cycled=1", 2)
    g.eventually(lambda: "POWER_CYCLED the program that does it has ended modem=1 exit=3" in g.said(),
                 g.said())
    check("words that" not in g.said(), g.said())
    time.sleep(3)
    check(g.count("cycle") == 1, "no second one so soon")
    check(g.count("tocsin-core gone modem=1") == 0, "the other modem is left alone")
    g.stop()
    g.done()


def cycle_leaves_it_off(tocsind):
    """The program cut the power and did not give it back: the device is not there, and nobody pulled
    it out. It is run again, after its half minute."""
    g = Gateway(tocsind, modem="exit 14", conf='modem = { device = "m"; power_cycle = "cycle"; };')
    (g.folder / "m").touch()
    (g.folder / "cycle").write_text("#!/bin/sh\nif [ -e off ]; then echo run >m.act; touch m\n"
                                    "else touch off; rm m; echo exit 19 >m.act; fi\n")
    (g.folder / "cycle").chmod(0o700)
    g.start()
    g.eventually(lambda: (g.folder / "off").exists(), "its power is cut")
    g.wait("tocsin-core gone modem=0 exit=19", 1)
    starts = g.count("tocsin-modem start")
    time.sleep(2)
    check(not (g.folder / "m").exists(), "no second cycle so soon")
    g.eventually(lambda: (g.folder / "m").exists(), "its power is given back", 40)
    g.wait("tocsin-modem start", starts + 1, 5)
    g.stop()
    g.done()


def stuck_cycle(tocsind):
    """A power-cycle program that does not end is killed after 20 seconds, with what it started."""
    g = Gateway(tocsind, modem="exit 14", conf='modem = { device = "m"; power_cycle = "cycle"; };')
    (g.folder / "cycle").write_text("#!/bin/sh\nsleep 300 & echo $! $$ >pids\nwait\n")
    (g.folder / "cycle").chmod(0o700)
    g.start()
    g.eventually(lambda: (g.folder / "pids").exists(), "it runs")
    g.eventually(lambda: "modem=1 signal=9" in g.said(), "it is killed", 30)
    pids = (g.folder / "pids").read_text().split()
    g.eventually(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and
                                 Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids),
                 "with what it started")
    g.wait("tocsin-modem start", 3)
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
    for test in (given, modem_dies, two_modems, unplugged, pin, power_cycle, cycle_leaves_it_off,
                 stuck_cycle, core_dies, back_off, lasting, failed_sync, stubborn,
                 tocsind_dies, settings):
        before = failures
        test(tocsind)
        print(f"{test.__name__}: {'ok' if failures == before else 'FAILED'}", flush=True)
    return 1 if failures else 0


sys.exit(main())
