#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole gateway on the AT road, LOCKED and ARMED, through a SIM of five slots that the network fills
again at once, with a slow delete: texts, long messages in parts, reports. tocsin-modem, tocsin-core
and tocsind are ended by SIGKILL at random moments; the modem is unplugged in the middle of a
hand-over; core stands still for a while. At the end every text and every long message is there
once, counted by its words (in posture `protected`, which these gateways have, a plain text is in the
inbox as it came, and called unreadable), and no slot was emptied before a listing showed it.

    test_modem_kills.py --bin BUILD_DIR [--messages N] [--kills N] [--seed N]
"""
import collections
import os
import random
import signal
import time

from at_gateway import AtGateway
from gateway import Failure, Processes, Steps, expect, options, run, wait_for

MONITORS = 3
VICTIMS = ("tocsin-modem", "tocsin-core", "tocsind", "unplug", "stopped core")
SIM = 5
LATENCY = {"CMGD": 0.03, "CMGR": 0.005}
LONG_EVERY = 6       # of these messages one is a long one, in parts
REPORT_EVERY = 4     # and one a monitor's report
APART_S = (0.3, 2.5)  # between two kills
UNPLUG_S = 0.5
STOPPED_S = 3.0
DRAIN_S = 240

step = Steps()


def is_stopped(pid):
    with open(f"/proc/{pid}/stat", "rb") as f:
        return f.read().rpartition(b")")[2].split()[0] == b"T"


class Kills:
    def __init__(self, g, rng):
        self.g, self.rng = g, rng
        self.texts, self.notes, self.handovers = [], [], 0
        self.counts = collections.Counter()
        g.unlock()
        self.monitors = [g.enrol(f"Monitor {n}") for n in range(MONITORS)]
        g.wait_texts(MONITORS)

    def compose(self, count):
        """Messages of every kind, in a random order. A list of what to deliver for each."""
        acts = []
        for n in range(count):
            if n % LONG_EVERY == 0:
                words = f"EW1 LONG {n} " + f"part of {n} " * 22
                acts.append(lambda w=words, n=n: self.g.emulator.deliver_long(
                    w, f"+2547{n:08d}", reference=n % 256))
                self.texts.append(words)
            elif n % REPORT_EVERY == 0:
                monitor = self.rng.choice(self.monitors)
                self.notes.append(f"NOTE {n}")
                text = monitor.report("KIL", 101, "--note", f"NOTE {n}")
                acts.append(lambda t=text: self.g.deliver(t))
            else:
                words = f"EW1 plain {n} of {count}"
                acts.append(lambda w=words, n=n: self.g.emulator.deliver(w, f"+2547{n:08d}"))
                self.texts.append(words)
        return acts

    def handing(self):
        """Wait a moment until a text was handed over and its slot is not free."""
        begin = os.path.getsize(self.g.log_path)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            with open(self.g.log_path, "rb") as f:
                f.seek(begin)
                if b"SMS_HANDED" in f.read():
                    self.handovers += 1
                    return
            time.sleep(0.001)

    def hit(self, victim):
        g = self.g
        self.counts[victim] += 1
        if victim == "unplug":
            self.handing()
            g.emulator.unplug(return_s=UNPLUG_S)
            return
        if self.rng.random() < 0.5:
            self.handing()
        roles = g.roles()
        name = "tocsin-core" if victim == "stopped core" else victim
        if name not in roles:
            return
        if victim == "stopped core":
            os.kill(roles[name], signal.SIGSTOP)
            time.sleep(STOPPED_S)
            os.kill(roles[name], signal.SIGCONT)
            return
        os.kill(roles[name], signal.SIGKILL)
        if victim == "tocsind":
            g.daemon.wait()
            g.daemon = None
            for role in ("tocsin-core", "tocsin-modem"):
                if role in roles:
                    wait_for(lambda: Processes.start_time(roles[role]) is None, f"{role} to end")
            g.start(wait=False)

    def set_state(self, state):
        """A kill of core has locked it. Arm it again, or not."""
        if state == "ARMED" and self.g.state_name() == "LOCKED":
            self.g.command("arm", passphrase=self.g.passphrase, code=None)

    def run(self, messages, kills):
        acts, plan = self.compose(messages), []
        while len(plan) < kills:
            plan += self.rng.sample(VICTIMS, len(VICTIMS))
        self.g.lock()
        self.g.emulator.faults.latency = LATENCY
        each = len(acts) // kills + 1
        for n, victim in enumerate(plan[:kills]):
            for act in acts[n * each:(n + 1) * each]:
                act()
            if n % 3 == 0:
                self.set_state("ARMED")
            self.counts["hit while " + str(self.g.state_name())] += 1
            time.sleep(self.rng.uniform(*APART_S))
            self.hit(victim)
        for act in acts[kills * each:]:
            act()
        step(f"{messages} messages, " + ", ".join(f"{v} {n}" for v, n in sorted(self.counts.items())))
        if self.handovers < kills // 5:
            raise Failure(f"only {self.handovers} kills in a hand-over")

    def check(self):
        g = self.g
        wait_for(lambda: (g.status(code=None) or {}).get("modem"), "the modem")
        g.wait_modem_empty(DRAIN_S)
        wait_for(lambda: (g.status(code=None) or {}).get("modem_listed_s") is not None, "a listing")
        step("the modem is empty")
        g.unlock()
        rows = g.inbox()
        found = collections.Counter(r["raw"] for r in rows if not r["readable"])
        notes = collections.Counter(r.get("note") for r in rows if r.get("note"))
        wanted = self.texts
        lost = [w for w in wanted if not found[w]] + [n for n in self.notes if not notes[n]]
        doubled = [w for w in wanted if found[w] > 1] + [n for n in self.notes if notes[n] > 1]
        strange = [w for w in found if w not in wanted]
        print(f"sent {len(wanted) + len(self.notes)}, rows {len(rows)}, lost {len(lost)}, doubled "
              f"{len(doubled)}, strange {len(strange)}")
        if lost or doubled or strange:
            raise Failure(f"lost {lost[:5]}, doubled {doubled[:5]}, strange {strange[:5]}")
        g.check_nothing_unseen()
        expect(g.command("check").code, 0, "check")


def main():
    given = options(__doc__.splitlines()[0], ("--messages", {"type": int, "default": 300}),
                    ("--kills", {"type": int, "default": 15}), ("--seed", {"type": int}))
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    with AtGateway(given.bin, sim=SIM) as g:
        g.start()
        kills = Kills(g, random.Random(seed))
        kills.run(given.messages, given.kills)
        kills.check()
        step("each is there once")


if __name__ == "__main__":
    run(main)
