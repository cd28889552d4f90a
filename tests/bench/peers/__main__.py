#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tocsin beside gammu-smsd (SQLite; FILES as another row) and smstools3, on one emulated modem with
the same messages.

    python3 tests/bench/peers --bin BUILD [--messages 1000] [--rounds 3] [--fast]
                              [--only gammu,files,smstools,locked,armed] [--what cost,small,idle,
                              syncs,faults]

cost    the backlog on a SIM that holds all of it: wall, CPU, peak memory, octets written
small   the same on a SIM of 30, 10 ms a command: commands a message
idle    wake-ups a minute, and how long a text takes from its arrival to its deletion
syncs   the backlog again, under strace
faults  what each fault loses, doubles and leaves behind

ARMED is counted from the arrival of the texts on: it has started and has its passphrase already.
The others are counted from their start, with all texts waiting. Medians of the rounds. The peers are installed if they are missing (apt-get, as root). A figure that
misses its mark has MISS at its end; then the exit code is 1. It must run as root: for the other
programs' /proc/PID/io and for the small disk, in a mount namespace of its own.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import boxes  # noqa: E402
import scenes  # noqa: E402

IN_NAMESPACE = "TOCSIN_BENCH_IN_NAMESPACE"
PACKAGES = {"gammu-smsd": "gammu-smsd", "smsd": "smstools", "sqlite3": "sqlite3", "strace": "strace"}
DBI = "libdbd-sqlite3"
BOXES = {"gammu": boxes.GammuSql, "files": boxes.GammuFiles, "smstools": boxes.Smstools,
         "locked": boxes.Tocsin, "armed": boxes.TocsinArmed}
WHAT = ("cost", "small", "idle", "syncs", "faults")
MONITORS = 16
MIB = 1 << 20


def install():
    missing = [package for program, package in PACKAGES.items()
               if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") is None]
    if subprocess.run(["dpkg", "-s", DBI], capture_output=True, check=False).returncode != 0:
        missing.append(DBI)
    if missing:
        subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing],
                       check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


class Table:
    """Figures as they come, and the marks at the end."""

    def __init__(self):
        self.missed = 0
        self.begin = time.monotonic()

    def note(self, words):
        print(f"{time.monotonic() - self.begin:8.1f} s  {words}", file=sys.stderr, flush=True)

    def head(self, title, columns):
        print(f"\n{title}\n{'':22}" + "".join(f"{c:>12}" for c in columns), flush=True)

    def row(self, name, values):
        print(f"{name:22}" + "".join(f"{v:>12}" for v in values), flush=True)

    def mark(self, name, value, most, unit=""):
        if value is None or most is None:
            return
        good = value <= most
        self.missed += not good
        print(f"{name:64}{value:12.3f} <= {most:10.3f} {unit:4}{'' if good else ' MISS'}",
              flush=True)


def octets(n):
    return f"{n / MIB:.2f} MiB"


def median(costs, get):
    values = [get(c) for c in costs]
    return statistics.median(values) if values and None not in values else None


class Bench:
    def __init__(self, o, world, folder):
        self.o, self.world, self.folder = o, world, folder
        self.table = Table()
        self.link = world.link
        self.texts = list(world.texts.values())
        self.cost, self.small, self.idle, self.syncs, self.faults = {}, {}, {}, {}, {}

    def box(self, name, quick=False):
        kind = BOXES[name]
        place = os.path.join(self.folder, name)
        box = (kind(place, self.link, self.world) if issubclass(kind, boxes.Tocsin)
               else kind(place, self.link))
        box.quick = quick
        return box

    def each(self, store, run, rounds):
        """run(name) for every box, the boxes taking turns."""
        for n in range(rounds):
            for name in self.o.only:
                self.table.note(f"{run.__name__}, round {n + 1}: {BOXES[name].name}")
                store.setdefault(name, []).append(run(name))

    def drain_s(self):
        """Patience with a backlog: smstools takes a quarter of a second for each."""
        return self.o.patience + self.o.messages * 0.5

    def run_cost(self, name):
        return scenes.backlog(self.box(name), self.texts[:self.o.messages], self.o.messages,
                              self.drain_s())

    def run_small(self, name):
        return scenes.backlog(self.box(name, quick=True), self.texts[:self.o.messages], 30,
                              self.drain_s(), latency=scenes.MODEM_S)

    def run_idle(self, name):
        return scenes.backlog(self.box(name), self.texts[:30], 30, self.o.patience,
                              idle_s=self.o.idle, arrivals=self.o.arrivals)

    def run_syncs(self, name):
        return scenes.backlog(self.box(name), self.texts[:self.o.messages], self.o.messages,
                              self.drain_s(),
                              trace=os.path.join(self.folder, "syncs-" + name))

    def run(self):
        o = self.o
        for what, store, run, rounds in (
                ("cost", self.cost, self.run_cost, o.rounds),
                ("small", self.small, self.run_small, 1), ("idle", self.idle, self.run_idle, 1),
                ("syncs", self.syncs, self.run_syncs, 1)):
            if what in o.what:
                self.each(store, run, rounds)
                getattr(self, "print_" + what)()
        if "faults" in o.what:
            self.run_faults()
        self.marks()
        return self.table.missed

    def print_cost(self):
        self.table.head(f"{self.o.messages} messages, all in the SIM, medians of {self.o.rounds}",
                        ("wall s", "CPU s", "peak", "written", "folder", "left"))
        for name, costs in self.cost.items():
            self.table.row(BOXES[name].name, (
                f"{median(costs, lambda c: c.wall):.2f}", f"{median(costs, lambda c: c.cpu):.3f}",
                f"{median(costs, lambda c: max(c.peak.values(), default=0)):.1f} MiB",
                octets(median(costs, lambda c: c.written)),
                octets(median(costs, lambda c: c.folder)), str(costs[-1].outcome)))
            self.table.row("", ["  ".join(f"{process} {mib:.1f} MiB" for process, mib
                                          in sorted(costs[-1].peak.items()))])

    def print_small(self):
        self.table.head(f"{self.o.messages} messages through a SIM of 30, "
                        f"{scenes.MODEM_S * 1000:.0f} ms a command",
                        ("wall s", "msg/s", "cmd/msg", "modem busy", "written", "left"))
        for name, (c,) in self.small.items():
            self.table.row(BOXES[name].name, (
                f"{c.wall:.1f}", f"{c.rate:.1f}", f"{c.per_message:.2f}", f"{100 * c.busy:.0f} %",
                octets(c.written), str(c.outcome)))

    def print_idle(self):
        self.table.head(f"idle for {self.o.idle} s, then {self.o.arrivals} single texts",
                        ("wakeups/min", "arrival s"))
        for name, (c,) in self.idle.items():
            self.table.row(BOXES[name].name, ("-" if c.idle is None else f"{c.idle:.1f}",
                                              "-" if c.arrival is None else f"{c.arrival:.3f}"))

    def print_syncs(self):
        self.table.head(f"syncs on a backlog of {self.o.messages}", ("syncs",))
        for name, (c,) in self.syncs.items():
            self.table.row(BOXES[name].name, (c.syncs,))

    def run_faults(self):
        print("\nfaults", flush=True)
        for words, scene in scenes.FAULTS.items():
            if self.o.fault and self.o.fault not in scene.__name__:
                continue
            print(f"  {words}", flush=True)
            for name in self.o.only:
                self.table.note(f"{scene.__name__}: {BOXES[name].name}")
                outcome = scene(self.box(name, quick=True), self.texts, self.o.patience)
                if outcome is False:
                    continue  # it has no such thing
                if outcome is None:
                    print("    no small disk can be mounted here", flush=True)
                    break
                self.faults[scene.__name__, name] = outcome
                took = "never" if outcome.seconds is None else f"{outcome.seconds:.1f} s"
                print(f"    {BOXES[name].name:22}{took:>10}   {outcome}", flush=True)

    def marks(self):
        print("\nto reach", flush=True)
        own = [n for n in ("locked", "armed") if n in self.o.only]
        mark = self.table.mark
        for name in own:
            words = BOXES[name].name
            if self.cost:
                self.cost_marks(name, words)
            if self.syncs and "gammu" in self.syncs:
                mark(f"{words}: syncs, a fiftieth of gammu-smsd's", self.syncs[name][0].syncs,
                     self.syncs["gammu"][0].syncs / 50)
            if self.small:
                mark(f"{words}: commands a message, SIM of 30", self.small[name][0].per_message, 2.2)
            if self.idle:
                mark(f"{words}: idle wake-ups a minute", self.idle[name][0].idle, 10)
                mark(f"{words}: arrival to deletion", self.idle[name][0].arrival, 1, "s")
            for (scene, whose), outcome in self.faults.items():
                if whose == name:
                    mark(f"{words}: {scene}: lost, doubled, stuck",
                         outcome.lost + outcome.doubled + outcome.stuck, 0)
                    if scene == "seized":
                        mark(f"{words}: senders that a swept SIM still tells", outcome.told, 0)
                    if scene == "unplugged":
                        mark(f"{words}: receiving after a replug", outcome.took, 10, "s")
                    if scene == "hung_for_good":
                        mark(f"{words}: receiving after the first unanswered command",
                             outcome.took, 60, "s")

    def cost_marks(self, name, words):
        mark, cost = self.table.mark, self.cost

        def of(who, get):
            return median(cost[who], get) if who in cost else None
        peers = [v for v in (of(p, lambda c: c.cpu) for p in ("gammu", "smstools")) if v]
        if peers:
            mark(f"{words}: CPU, a fifth of the better peer's", of(name, lambda c: c.cpu),
                 min(peers) / 5, "s")
        for who, share in (("gammu", 10), ("smstools", 1)):
            if who in cost:
                mark(f"{words}: octets written, {BOXES[who].name}'s / {share}",
                     of(name, lambda c: c.written / MIB),
                     of(who, lambda c: c.written / MIB) / share, "MiB")
        for process in ("tocsin-modem", "tocsin-core"):
            mark(f"{words}: peak memory of {process}",
                 of(name, lambda c: c.peak.get(process, 0.0)), 10, "MiB")


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release", help="build folder")
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(BOXES), help="rows")
    parser.add_argument("--what", default=",".join(WHAT))
    parser.add_argument("--fault", default="", help="only faults whose name has this in it")
    parser.add_argument("--idle", type=int, default=60, help="seconds that are idle")
    parser.add_argument("--arrivals", type=int, default=5)
    parser.add_argument("--patience", type=float, default=120, help="seconds until it is stuck")
    parser.add_argument("--fast", action="store_true", help="to see that it works: small figures")
    o = parser.parse_args()
    o.only, o.what = o.only.split(","), o.what.split(",")
    for word, known in ((o.only, BOXES), (o.what, WHAT)):
        if set(word) - set(known):
            parser.error(f"unknown: {', '.join(set(word) - set(known))}")
    if o.fast:
        o.messages, o.rounds, o.idle, o.arrivals = min(o.messages, 100), 1, 15, 2
        o.patience = min(o.patience, 45)
    return o


def main():
    o = parse()
    if os.geteuid() != 0:
        sys.exit("peers: must run as root, to read what other programs wrote and to mount a disk")
    if IN_NAMESPACE not in os.environ:
        os.environ[IN_NAMESPACE] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable,
                              *sys.argv])
    install()
    with tempfile.TemporaryDirectory(prefix="tocsin-peers-") as folder:
        world = boxes.World(o.bin, os.path.join(folder, "tty"), MONITORS,
                            max(o.messages, scenes.KILL_TEXTS))
        with world:
            missed = Bench(o, world, folder).run()
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
