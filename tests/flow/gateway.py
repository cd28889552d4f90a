#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole gateway in a temporary folder, from the real programs, for the tests beside this file.

    with Gateway(bin_dir) as g:          made by `tocsin init`, on Gammu's dummy device
        g.start()                        tocsind, and through it tocsin-core and tocsin-modem
        g.unlock()
        monitor = g.enrol("Alder 3")     tocsin enrol, tocsin-compose enrol, the first message
        g.deliver(monitor.report("KIL", 101, "--note", "SHOTS"))
        g.wait_texts(2)
        rows = g.inbox()

The folder:
    g/       what a gateway owns: settings, store, anchor, run folder
    device/  Gammu's dummy device: what a SIM card would hold
    m/       the monitors' state files
    log      what tocsind and its processes wrote to standard error
    tmp/     TMPDIR of every program that is started
    cwd/     their working folder; `log` apart, nothing may write there

On the way out, by whatever road, every process that was started is ended by its number, the log is
searched for words that no sound process writes, and the folder is removed.
"""
import argparse
import ctypes
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(PROJECT, "tests", "support"))
import smsfile  # noqa: E402
from expect import Failure, expect, expect_in  # noqa: E402,F401

ROLES = ("tocsin-core", "tocsin-modem")
WAIT_S = 60        # for anything that takes a moment, sanitizers included
POLL_S = 0.02      # between two looks
STOP_S = 5         # tocsind's promise after SIGTERM
COMMAND_S = 120    # no command takes longer
PR_SET_PDEATHSIG = 1
LOG_LINE = re.compile(r"^(tocsin(?:d|-core|-modem)): (error|warning|info|debug): ([A-Z_]+) (.*)$")
LOG_BAD = ("Sanitizer", "runtime error", "ssertion", "stack smashing", "corrupt")


def wait_for(look, what, timeout_s=WAIT_S):
    """Call look until it gives something true; give that."""
    end = time.monotonic() + timeout_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"waited {timeout_s} s in vain for {what}")
        time.sleep(POLL_S)


def _read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return b""


def die_with_parent():
    """In a child: SIGTERM when this test is killed, so that nothing outlives it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Processes:
    """Processes by number and start time, so that a number given again is never meant."""

    @staticmethod
    def start_time(pid):
        """None: there is no such process, or it has ended and only waits to be reaped."""
        stat = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        return int(stat[19]) if len(stat) > 19 and stat[0] not in b"ZX" else None

    @staticmethod
    def children(pid):
        """Name to number of the living children."""
        found = {}
        for name in os.listdir("/proc"):
            stat = _read(f"/proc/{name}/stat") if name.isdigit() else b""
            head, _, tail = stat.rpartition(b")")
            if tail and tail.split()[1] == str(pid).encode() and tail.split()[0] not in b"ZX":
                found[head.partition(b"(")[2].decode()] = int(name)
        return found

    @staticmethod
    def mentioning(folder):
        """Numbers of the processes that have this folder in their arguments, but for this one."""
        needle = folder.encode()
        return [int(n) for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()
                and needle in _read(f"/proc/{n}/cmdline")]


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")

    def __repr__(self):
        return f"exit {self.code}, out {self.out!r}, err {self.err!r}"


class Monitor:
    """A monitor's device: one state file, and tocsin-compose."""

    def __init__(self, gateway, name):
        self.gateway = gateway
        self.name = name
        self.state = os.path.join(gateway.folder, "m", re.sub(r"\W", "_", name))
        self.number = 0      # of the last message, as people see it
        self.enrolment = ""  # kept for the canary alone
        self.first = ""      # her first message
        self.said = ""       # of the last message, what was told to people

    def compose(self, *words, stdin=b"", expect_code=0):
        g = self.gateway
        argv = [g.program("tocsin-compose"), "-s", self.state, "-b", g.codebook, "-p", g.places]
        done = Result(subprocess.run(argv + [str(w) for w in words], input=stdin, env=g.env,
                                     cwd=g.cwd, capture_output=True, timeout=COMMAND_S))
        expect(done.code, expect_code, f"tocsin-compose {words}: {done}")
        if expect_code != 0:
            return done.err
        self.number += 1
        self.said = done.err
        expect_in(f"no. {self.number}", done.err, "number of the message")
        text = done.out.rstrip("\n")
        expect(len(text), 152, "characters of a message")
        return text

    def enrol(self, text):
        self.enrolment = text
        return self.compose("enrol", stdin=text.encode() + b"\n")

    def report(self, kind, place, *options):
        return self.compose("report", kind, place, *options)

    def next_chain(self, *words, answer=b"yes\n", code=0):
        """Go on to the next chain; give what it said. Its messages count from no. 1."""
        g = self.gateway
        argv = [g.program("tocsin-compose"), "-s", self.state, *(words or ["next-chain"])]
        done = Result(subprocess.run([str(w) for w in argv], input=answer, env=g.env, cwd=g.cwd,
                                     capture_output=True, timeout=COMMAND_S))
        expect(done.code, code, f"tocsin-compose next-chain: {done}")
        if code == 0:
            self.number = 0
        return done.err


class Gateway:
    init_options = ()  # more for `tocsin init`, for a kind of gateway of its own

    def __init__(self, bin_dir, passphrase=None, number="+254712345678"):
        self.bin_dir = os.path.abspath(bin_dir)
        self.passphrase = passphrase or "flow " + secrets.token_hex(8)
        self.number = number  # of every sender, unless a test says another one
        self.folder = tempfile.mkdtemp(prefix="tocsin-")
        self.own = os.path.join(self.folder, "g")
        self.conf = os.path.join(self.own, "tocsin.conf")
        self.state = os.path.join(self.own, "state")
        self.device = os.path.join(self.folder, "device")
        self.log_path = os.path.join(self.folder, "log")
        self.cwd = os.path.join(self.folder, "cwd")
        self.tmp = os.path.join(self.folder, "tmp")
        self.codebook = os.path.join(PROJECT, "schemas", "codebook", "atrocity.cfg")
        self.places = os.path.join(PROJECT, "schemas", "places", "example.cfg")
        self.env = {k: v for k, v in os.environ.items()
                    if k in ("PATH", "LANG", "LC_ALL", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")}
        self.env.update(TMPDIR=self.tmp, HOME=self.cwd)
        self.daemon = None
        self.expected_log = []  # words of lines that are no events, and are as they should be
        for path in (self.device, self.cwd, self.tmp, os.path.join(self.folder, "m")):
            os.mkdir(path, 0o700)
        open(self.log_path, "wb").close()

    def __enter__(self):
        try:
            self.init()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            self.kill_all()
            if kind is None:
                self.check_log()
                expect(os.listdir(self.tmp), [], "left in TMPDIR")
                expect(os.listdir(self.cwd), [], "left in the working folder")
            else:
                sys.stderr.write(f"--- the end of the log ---\n{self.log()[-4000:]}\n")
        finally:
            self.remove()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- programs ---

    def program(self, name):
        folder = "reporting" if name == "tocsin-compose" else "gateway"
        return os.path.join(self.bin_dir, folder, name)

    def start_command(self, *words, passphrase=None, conf=None):
        """A `tocsin` under way. The passphrase goes through a pipe."""
        argv = [self.program("tocsin"), "-c", conf or self.conf] + [str(w) for w in words]
        fds = ()
        if passphrase is not None:
            fd, into = os.pipe()
            os.write(into, passphrase.encode() + b"\n")
            os.close(into)
            argv += ["--passphrase-fd", str(fd)]
            fds = (fd,)
        try:
            return subprocess.Popen(argv, env=self.env, cwd=self.cwd, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=fds)
        finally:
            for fd in fds:
                os.close(fd)

    def command(self, *words, passphrase=None, code=0, conf=None):
        """Run `tocsin`; give its Result. code None: any exit code will do."""
        p = self.start_command(*words, passphrase=passphrase, conf=conf)
        try:
            p.communicated = p.communicate(timeout=COMMAND_S)
        finally:
            if p.poll() is None:
                p.kill()
                p.communicate()
        result = Result(subprocess.CompletedProcess(p.args, p.returncode, *p.communicated))
        if code is not None:
            expect(result.code, code, f"exit code of tocsin {words}: {result}")
        return result

    # --- the gateway ---

    def init(self):
        self.command("init", "--yes", "--codebook", self.codebook, "--places", self.places,
                     "--modem-device", self.device, "--modem-connection", "none",
                     "--modem-model", "dummy", "--modem-poll", 1, "--argon-memory", 64,
                     "--argon-passes", 3, *self.init_options, passphrase=self.passphrase)
        with open(self.conf, "a") as f:
            f.write('\nlog = {\n\tlevel = "debug";\n};\n')

    def start(self, wait=True):
        """Start tocsind. Wait until core answers and the modem was listed once."""
        assert self.daemon is None
        with open(self.log_path, "ab") as log:
            self.daemon = subprocess.Popen([self.program("tocsind"), "-c", self.conf], env=self.env,
                                           cwd=self.cwd, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, preexec_fn=die_with_parent)
        if wait:
            self.wait_ready()

    def wait_ready(self):
        def look():
            status = self.status(code=None) or {}
            return status.get("modem") and status["modem_listed_s"] is not None
        wait_for(look, "a listing of the modem")

    def stop(self):
        """SIGTERM: it ends in time, with 0, and so do its processes."""
        roles = self.roles()
        begin = time.monotonic()
        self.daemon.send_signal(signal.SIGTERM)
        expect(self.daemon.wait(WAIT_S), 0, "exit code of tocsind after SIGTERM")
        took = time.monotonic() - begin
        self.daemon = None
        if took > STOP_S:
            raise Failure(f"tocsind took {took:.1f} s to stop")
        for name, pid in roles.items():
            expect(Processes.start_time(pid), None, f"{name} after tocsind has stopped")
        return took

    def restart(self):
        self.stop()
        self.start()

    def roles(self):
        """Name to process number, of tocsind too; only those that live."""
        if self.daemon is None or self.daemon.poll() is not None:
            return {}
        found = Processes.children(self.daemon.pid)
        return {"tocsind": self.daemon.pid, **{n: p for n, p in found.items() if n in ROLES}}

    def wait_roles(self):
        return wait_for(lambda: (lambda r: r if len(r) == 3 else None)(self.roles()),
                        "tocsind and both of its processes")

    def kill_all(self):
        """Whatever still runs of this gateway. Its folder's name is in their arguments."""
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.terminate()
            try:
                self.daemon.wait(2 * STOP_S)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
        self.daemon = None
        end = time.monotonic() + STOP_S
        while Processes.mentioning(self.folder) and time.monotonic() < end:
            time.sleep(POLL_S)
        left = Processes.mentioning(self.folder)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        expect(left, [], "processes that outlived tocsind")

    # --- what it does ---

    def status(self, code=0):
        """None if it does not answer."""
        r = self.command("status", "--json", code=code)
        return json.loads(r.out) if r.out.startswith("{") else None

    def state_name(self):
        return (self.status(code=None) or {}).get("state")

    def unlock(self):
        self.command("unlock", passphrase=self.passphrase)

    def arm(self):
        self.command("arm", passphrase=self.passphrase)

    def lock(self):
        self.command("lock")

    def close(self):
        self.command("close")

    def rows(self, *words):
        return [json.loads(line) for line in self.command(*words, "--json").out.splitlines()]

    def inbox(self, *options):
        """Every row, signs of life too, the oldest first and the reports of one text in their order; only
        those that the options ask for."""
        return sorted(self.rows("inbox", "--limit", 100000, *(options or ("--everything",))),
                      key=lambda row: (row["seq"], row["part"]))

    def file(self, name, text):
        """A file for a command, which nobody else may read."""
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o600)
        return path

    def choose(self, setting, value):
        self.command("setting", setting, value, "--yes")

    def roster(self):
        return {row["pseudonym"]: row for row in self.rows("roster")}

    def enrol(self, name, place=101, *options, deliver=True):
        """A monitor with her device; her first message goes into the modem."""
        r = self.command("enrol", "--pseudonym", name, "--place", place, *options)
        monitor = Monitor(self, name)
        monitor.first = monitor.enrol(r.out.strip())
        if deliver:
            self.deliver(monitor.first)
        return monitor

    # --- the modem ---

    def deliver(self, text, number=None, stamp=None, udh=b"", place=None):
        return smsfile.put(self.device, smsfile.section(text, number or self.number, stamp, udh=udh),
                           place)

    def waiting(self):
        """Files in the modem's inbox."""
        return smsfile.waiting(self.device)

    def wait_modem_empty(self):
        wait_for(lambda: not self.waiting(), "the modem's inbox to be empty")

    def wait_texts(self, count):
        """Until so many texts were made durable or known since core started, and none waits."""
        self.wait_modem_empty()
        wait_for(lambda: self.status()["kept"] >= count, f"{count} texts kept")

    # --- its log and its descriptors ---

    def log(self):
        return _read(self.log_path).decode("utf-8", "replace")

    def log_events(self, name):
        """Lines of this event."""
        return [line for line in self.log().splitlines()
                if (m := LOG_LINE.match(line)) and m.group(3) == name]

    def check_log(self):
        for line in self.log().splitlines():
            if any(words in line for words in LOG_BAD):
                raise Failure("in the log: " + line)
            if LOG_LINE.match(line) or any(words in line for words in self.expected_log):
                continue
            raise Failure("a line of the log is no event: " + line)

    def descriptors(self, pid):
        """What a process has open, as a sorted list; None where this user may not look."""
        found = []
        try:
            for fd in os.listdir(f"/proc/{pid}/fd"):
                try:
                    target = os.readlink(f"/proc/{pid}/fd/{fd}")
                except FileNotFoundError:
                    continue
                if target.startswith(("socket:", "pipe:")):
                    target = target.partition(":")[0]
                found.append(target.replace(self.folder + "/", ""))
        except PermissionError:
            return None
        return sorted(found)

    # standard input, standard output and error, signals and timer; then what a role is for
    _COMMON = ["/dev/null", "anon_inode:[signalfd]", "anon_inode:[timerfd]", "log", "log"]
    _EXPECTED = {
        "tocsind": _COMMON + ["g/run", "socket", "socket"],  # the lock; core's channel, control
        "tocsin-core": _COMMON + ["g/anchor.bin", "g/anchor.bin", "g/state/tocsin.db",
                                  "g/state/tocsin.db-wal", "socket", "socket", "socket"],
        "tocsin-modem": ["/dev/null", "anon_inode:[timerfd]", "device/operations.log", "log", "log",
                         "socket"],
    }

    def check_descriptors(self):
        """Each process has open what it needs and nothing else. A connection that just ends, or an
        SMS file being read, passes: so look again for a while."""
        if self.descriptors(self.daemon.pid) is None:
            print("skipped: this user may not look at the descriptors of these processes")
            return
        for name, pid in self.wait_roles().items():
            wanted = sorted(self._EXPECTED[name])
            try:
                wait_for(lambda: self.descriptors(pid) == wanted, "", 5)
            except Failure:
                expect(self.descriptors(pid), wanted, f"descriptors of {name}")

    def is_traceable(self):
        """A build for sanitizers or coverage, whose processes have no sandbox."""
        return b"\nTOCSIN_TRACEABLE:BOOL=ON\n" in _read(os.path.join(self.bin_dir, "CMakeCache.txt"))

    def check_sandboxed(self):
        """Core and the modem's process are in their sandbox, as the kernel has it."""
        for name in ROLES:
            status = dict(line.split(":\t", 1) for line in
                          _read(f"/proc/{self.wait_roles()[name]}/status").decode().splitlines())
            expect(status["NoNewPrivs"], "1", f"NoNewPrivs of {name}")
            expect(status["Seccomp"], "0" if self.is_traceable() else "2", f"Seccomp of {name}")
        if self.is_traceable():
            print("skipped: this build has no sandbox")
            return
        lines = self.log_events("SANDBOXED") + self.log_events("SANDBOX_NO_LANDLOCK")
        for name in ROLES:
            if not any(line.startswith(name + ":") for line in lines):
                raise Failure(f"{name} does not say in the log that its sandbox is closed")


def options(description, *more):
    """The command line of a test. more: (name, keywords of add_argument)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin", required=True, help="build folder")
    for name, keywords in more:
        parser.add_argument(name, **keywords)
    return parser.parse_args()


class Steps:
    """Prints each step and how long it took."""

    def __init__(self):
        self.begin = time.monotonic()

    def __call__(self, words):
        print(f"{time.monotonic() - self.begin:7.2f} s  {words}", flush=True)


def run(main):
    """main() is the test; a Failure is said in one line."""
    sys.stdout.reconfigure(line_buffering=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))  # and clean up
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAILED: {failure}")
    print("passed")
