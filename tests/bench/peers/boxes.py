# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs that are compared, each with its own folder, on the same emulated modem. A Box can
start, stop, be killed, and say which texts it has."""
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for _part in ("../../flow", "../../support"):
    sys.path.insert(0, os.path.normpath(os.path.join(HERE, _part)))
import measure  # noqa: E402
from gateway import Failure, Gateway, Processes, die_with_parent, wait_for  # noqa: E402

SCHEMAS = ("/usr/share/doc/gammu-smsd/examples/sqlite.sql",
           "/usr/share/doc/gammu/examples/sql/sqlite.sql")
STOP_S = 10


class Box:
    """store: what holds the texts, and may be a small disk of its own. quick: polls each second,
    where that is a setting."""
    name = ""
    disk_mib = 1        # of a small disk
    has_switch = False  # it can cut the modem's power

    def __init__(self, folder, link):
        self.folder, self.link = folder, link
        self.store = os.path.join(folder, "store")
        self.process = None
        self.quick = False
        self.sweeps = False  # freed slots are overwritten after each batch, where it can
        self.trace = None  # file of its syncs
        os.makedirs(self.store, exist_ok=True)

    def prepare(self):
        """An empty store and settings."""
        raise NotImplementedError

    def argv(self):
        raise NotImplementedError

    def stored(self):
        """Every text it has, as often as it has it. It is not running."""
        raise NotImplementedError

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return self.path(name)

    def start(self):
        argv = measure.traced(self.argv(), self.trace) if self.trace else self.argv()
        with open(self.path("out"), "ab") as out:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            cwd=self.folder, start_new_session=True,
                                            preexec_fn=die_with_parent)

    def begin(self):
        """Start, and into the state that is tried."""
        self.start()

    def usage(self):
        return measure.Usage(self.process.pid)

    def stop(self):
        """SIGTERM; whether that was enough."""
        if self.process is None:
            return True
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
            willing = True
        except subprocess.TimeoutExpired:
            willing = False
        self.kill()
        return willing

    def kill(self):
        """kill -9 to everything of it."""
        if self.process is None:
            return
        pids = measure.members(self.process.pid)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        end = time.monotonic() + STOP_S
        while any(Processes.start_time(pid) for pid in pids) and time.monotonic() < end:
            time.sleep(0.01)
        self.process = None


class GammuSql(Box):
    name = "gammu-smsd SQLite"
    service = "service = sql\ndriver = sqlite3\ndatabase = smsd.db\ndbdir = {store}/\n"

    def prepare(self):
        wipe(self.store)
        self.write("rc", f"[gammu]\ndevice = {self.link}\nconnection = at115200\nmodel = at\n"
                   "[smsd]\n" + self.service.format(store=self.store)
                   + f"logfile = {self.path('log')}\ndebuglevel = 0\n"
                   + ("receivefrequency = 1\nloopsleep = 1\n" if self.quick else ""))
        self.prepare_store()

    def prepare_store(self):
        schema = next((s for s in SCHEMAS if os.path.exists(s)), None)
        if schema is None:
            raise Failure("gammu-smsd's sqlite.sql is not installed (a dpkg that leaves out "
                          "/usr/share/doc?)")
        with open(schema, encoding="utf-8") as f, sqlite3.connect(self.database()) as db:
            db.executescript(f.read())
        db.close()

    def database(self):
        return os.path.join(self.store, "smsd.db")

    def argv(self):
        return ["gammu-smsd", "-c", self.path("rc")]

    def stored(self):
        db = sqlite3.connect(self.database())
        try:
            return [row[0] for row in db.execute("SELECT TextDecoded FROM inbox ORDER BY ID")]
        finally:
            db.close()


class GammuFiles(GammuSql):
    name = "gammu-smsd FILES"
    service = ("service = files\ninboxpath = {store}/\noutboxpath = {store}/out/\n"
               "sentsmspath = {store}/sent/\nerrorsmspath = {store}/error/\ninboxformat = unicode\n")

    def prepare_store(self):
        for name in ("out", "sent", "error"):
            os.makedirs(os.path.join(self.store, name), exist_ok=True)

    def stored(self):
        found = []
        for name in sorted(os.listdir(self.store)):
            if name.startswith("IN"):
                with open(os.path.join(self.store, name), "rb") as f:
                    octets = f.read()
                wide = octets[:2] in (b"\xff\xfe", b"\xfe\xff")
                found.append(octets.decode("utf-16" if wide else "utf-8", "replace").strip())
        return found


class Smstools(Box):
    name = "smstools3"

    def prepare(self):
        wipe(self.store)
        places = {n: self.path(n) for n in ("outgoing", "checked", "failed", "sent", "stats")}
        for place in (*places.values(), self.incoming()):
            os.makedirs(place, exist_ok=True)
        self.write("conf", "devices = GSM1\n" + "".join(f"{n} = {p}\n" for n, p in places.items())
                   + f"incoming = {self.incoming()}\nlogfile = {self.path('log')}\nloglevel = 4\n"
                   f"infofile = {self.path('working')}\npidfile = {self.path('pid')}\n"
                   f"delaytime = {1 if self.quick else 10}\n"
                   f"[GSM1]\ndevice = {self.link}\nincoming = yes\nbaudrate = 115200\n")

    def incoming(self):
        return os.path.join(self.store, "incoming")

    def argv(self):
        return ["/usr/sbin/smsd", "-t", "-c", self.path("conf")]

    def stored(self):
        found = []
        for name in sorted(os.listdir(self.incoming())):
            with open(os.path.join(self.incoming(), name), "rb") as f:
                head, _, body = f.read().partition(b"\n\n")
            # a message it could not read has its error in the head, and no text
            if b"From:" in head and b"Error:" not in head:
                found.append(body.decode("latin-1").strip())
        return found


class World(Gateway):
    """One gateway with its monitors, made once; every run begins from a copy of it. texts: (monitor,
    number) to the text of a message that nobody has sent yet."""

    def __init__(self, bin_dir, link, monitors, messages):
        super().__init__(bin_dir)
        self.link, self.monitors, self.messages = link, monitors, messages
        self.texts = {}

    def init(self):
        super().init()
        self.start()
        self.unlock()
        people = [self.enrol(f"Alder {n}") for n in range(1, self.monitors + 1)]
        self.wait_texts(len(people))
        self.stop()
        for n in range(self.messages):
            who = people[n % len(people)]
            text = who.report("KIL", 101, "--note", f"SHOTS {n}")
            self.texts[who.name, who.number] = text
        with open(self.conf, encoding="utf-8") as f:
            conf = f.read()
        for name, value in (("device", self.link), ("connection", "at115200"), ("model", "at")):
            conf = re.sub(rf'(\b{name} = )"[^"]*"', rf'\g<1>"{value}"', conf)
        conf = re.sub(r"poll_s = \d+;",
                      f'poll_s = 300;\n\tpower_cycle = "{self.power_switch()}";\n'
                      '\tsweep = "off";', conf)
        conf = conf.replace('level = "debug"', 'level = "info"')
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write(conf)
        self.base = os.path.join(self.folder, "base")
        shutil.copytree(self.own, self.base, symlinks=True)

    def power_switch(self):
        """A program that takes the emulator's power away and gives it back."""
        path = os.path.join(self.folder, "power-cycle")
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"#!/bin/sh\necho power >{control_of(self.link)}\n")
        os.chmod(path, 0o700)
        return path


class Tocsin(Box):
    name = "Tocsin LOCKED"
    state = "LOCKED"
    disk_mib = 64
    has_switch = True

    def __init__(self, folder, link, world):
        super().__init__(folder, link)
        self.world = world
        self.store = world.state

    def prepare(self):
        own, base = self.world.own, self.world.base
        for name in os.listdir(own):
            if name != os.path.basename(self.store):
                remove(os.path.join(own, name))
        wipe(self.store)
        shutil.copytree(base, own, symlinks=True, dirs_exist_ok=True)
        if self.sweeps:
            with open(self.world.conf, encoding="utf-8") as f:
                conf = f.read()
            with open(self.world.conf, "w", encoding="utf-8") as f:
                f.write(conf.replace('sweep = "off"', 'sweep = "batch"'))
        open(self.world.log_path, "wb").close()

    def argv(self):
        return [self.world.program("tocsind"), "-c", self.world.conf]

    def start(self):
        g = self.world
        argv = measure.traced(self.argv(), self.trace) if self.trace else self.argv()
        with open(g.log_path, "ab") as log:
            self.process = g.daemon = subprocess.Popen(
                argv, env=g.env, cwd=g.cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent)

    def begin(self):
        self.start()
        if self.state == "ARMED":
            wait_for(lambda: self.world.status(code=None), "core to answer")
            self.world.arm()

    def kill(self):
        super().kill()
        self.world.daemon = None

    def stored(self):
        """From its inbox, by monitor and number."""
        g = self.world
        g.daemon = None
        self.trace = None
        self.start()
        wait_for(lambda: g.status(code=None), "core to answer")
        g.unlock()
        rows = g.inbox()
        self.stop()
        found = []
        for row in rows:
            key = (row.get("pseudonym") or row.get("monitor"), row.get("no") or row.get("number"))
            if key in g.texts:
                found.append(g.texts[key])
        return found


class TocsinArmed(Tocsin):
    name = "Tocsin ARMED"
    state = "ARMED"



def control_of(link):
    """The emulator's FIFO."""
    return link + ".control"


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        os.unlink(path)


def wipe(folder):
    """Empty it; it may be the root of a file system."""
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(folder):
        remove(os.path.join(folder, name))
