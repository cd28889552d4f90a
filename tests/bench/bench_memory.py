#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the daemon's processes keep in memory together: tocsind, tocsin-core and tocsin-modem.

    bench_memory.py --bin BUILD_DIR [--samples N]

Proportional set size (Pss of /proc/PID/smaps_rollup: a page that n processes share counts 1/n in
each), the median of several samples, with 16 monitors enrolled, after messages of all of them; then
core's with 256 monitors and 100,000 events. A library that other programs of this machine use too counts less here than on a gateway that runs
nothing else, so private memory is given beside it. Prints one line a figure: name, value, unit, mark.
"""
import os
import re
import subprocess
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "flow"))
from gateway import Failure, Gateway, options, run  # noqa: E402

MONITORS = 16
MANY_MONITORS, MANY_EVENTS = 256, 100000
RIG_PASSPHRASE = "marked passphrase of the rig"  # tests/support/rig.h
ROUNDS = 4       # messages of each monitor, in each state
PAUSE_S = 0.3    # between two samples
MARK_MIB = 16.0  # all three together, LOCKED and ARMED
CORE_MIB = {"LOCKED": 8.0, "ARMED": 10.0, "OPEN": 48.0}


def figure(name, value, mark=None):
    judged = f"<= {mark:.1f} {'MISS' if value > mark else ''}" if mark is not None else "-"
    print(f"{name:<52} {value:10.2f} {'MiB':<12} {judged}")


def sample(pid):
    """Pss and private memory in MiB."""
    with open(f"/proc/{pid}/smaps_rollup") as f:
        kib = {m[1]: int(m[2]) for m in re.finditer(r"^(\w+):\s+(\d+) kB$", f.read(), re.M)}
    return kib["Pss"] / 1024, (kib["Private_Clean"] + kib["Private_Dirty"]) / 1024


def measure(g, state, samples, words=""):
    taken = []
    for _ in range(samples):
        time.sleep(PAUSE_S)
        taken.append({name: sample(pid) for name, pid in g.wait_roles().items()})
    for name in ("tocsin-core", "tocsin-modem", "tocsind"):
        mark = CORE_MIB[state] if name == "tocsin-core" else None
        figure(f"{state}{words}: {name}, Pss", statistics.median(t[name][0] for t in taken), mark)
    for i, kind in enumerate(("Pss", "private")):
        figure(f"{state}{words}: the three together, {kind}",
               statistics.median(sum(t[i] for t in one.values()) for one in taken),
               MARK_MIB if i == 0 and state != "OPEN" else None)


def send(g, monitors):
    kept = g.status()["kept"]
    for i in range(ROUNDS):
        for monitor in monitors:
            g.deliver(monitor.report("KIL", 101, "--note", f"BENCH {i}"))
    g.wait_texts(kept + ROUNDS * len(monitors))


class Filled(Gateway):
    """A gateway that bench_device --fill made, with the real programs."""

    def __init__(self, bin_dir):
        super().__init__(bin_dir, passphrase=RIG_PASSPHRASE)

    def init(self):
        fill = os.path.join(self.bin_dir, "tests", "bench", "bench_device")
        made = subprocess.run([fill, "--fill", str(MANY_MONITORS), str(MANY_EVENTS)], check=True,
                              env={**self.env, "TMPDIR": self.folder}, capture_output=True, text=True)
        os.rename(made.stdout.split()[-1], self.own)
        with open(self.conf, "w") as f:
            f.write(f'modem = {{ device = "{self.device}"; connection = "none"; model = "dummy"; '
                    'poll_s = 1; };\n')


def measure_many(bin_dir, samples):
    with Filled(bin_dir) as g:
        g.start()
        status = g.status()
        words = f", {status['monitors']} monitors, {MANY_EVENTS // 1000},000 events"
        if status["monitors"] != MANY_MONITORS or status["events"] < MANY_EVENTS:
            raise Failure(f"not what was to be measured: {status}")
        for state, passage in (("LOCKED", None), ("ARMED", g.arm), ("OPEN", g.unlock)):
            if passage is not None:
                passage()
            taken = []
            for _ in range(samples):
                time.sleep(PAUSE_S)
                taken.append(sample(g.wait_roles()["tocsin-core"])[0])
            figure(f"{state}{words}: core", statistics.median(taken), CORE_MIB[state])
        told = sum(row["messages"] for row in g.roster().values())
        if told < MANY_EVENTS * 0.9:
            raise Failure(f"the view holds {told} messages only")


def main():
    given = options(__doc__.splitlines()[0], ("--samples", {"type": int, "default": 9}))
    with Gateway(given.bin) as g:
        g.start()
        try:
            sample(g.daemon.pid)
        except PermissionError:
            raise Failure("this user may not look at the memory of these processes") from None
        g.unlock()
        monitors = [g.enrol(f"Bench {i}") for i in range(MONITORS)]
        g.wait_texts(MONITORS)
        g.restart()
        send(g, monitors)
        measure(g, "LOCKED", given.samples)
        g.arm()
        send(g, monitors)
        measure(g, "ARMED", given.samples)
        g.unlock()
        g.inbox()
        measure(g, "OPEN", given.samples)
        g.lock()
        measure(g, "LOCKED", given.samples, " after OPEN")
        print(f"core's memory is {'' if g.status()['memory_locked'] else 'not '}locked into RAM here")

    measure_many(given.bin, given.samples)

if __name__ == "__main__":
    run(main)
