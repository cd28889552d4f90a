# SPDX-License-Identifier: GPL-2.0-or-later
"""What the programs are put through: the backlog that is measured, and each fault, after which is
counted what was lost, doubled and stuck."""
import collections
import contextlib
import dataclasses
import os
import statistics
import subprocess
import time

import measure
from boxes import control_of
from gateway import Failure
from modem_emulator import Emulator

LOOK_S = 0.02
SETTLE_S = 3.0        # after the last delete, before what is idle is counted
MODEM_S = 0.01        # seconds a command takes where speed is compared with the modem's own
SLOW_S = 6.5          # a delete's OK; libGammu waits some 4 s
UNPLUGGED_S = 3.0
HUNG_S = 20.0
SWEEP_S = 120.0       # a sweep begins a minute after the last text
DISK_TEXTS, KILL_TEXTS = 40, 120
DISK_LEFT = 20 << 10  # octets left on the small disk
BURNING = 0.8         # of a processor, for a process that does nothing useful


@dataclasses.dataclass
class Outcome:
    """lost: the modem deleted it and it is not stored. stuck: still in the modem or the network when
    patience ended. seconds: until nothing was stuck."""
    texts: int = 0
    lost: int = 0
    doubled: int = 0
    stuck: int = 0
    seconds: float | None = None
    words: str = ""
    told: int = 0  # senders in the SIM's raw octets, after a sweep

    @property
    def sound(self):
        return self.lost == self.doubled == self.stuck == 0

    @property
    def took(self):
        return float("inf") if self.seconds is None else self.seconds

    def __str__(self):
        if self.sound and not self.words:
            return f"all {self.texts}"
        parts = [f"{n} {w}" for n, w in ((self.lost, "lost"), (self.doubled, "doubled"),
                                         (self.stuck, "stuck")) if n]
        return ", ".join(parts + ([self.words] if self.words else [])) + f" of {self.texts}"


def wait(look, patience_s):
    """Seconds until look() is true; None if it was not in that time."""
    begin = time.monotonic()
    while not look():
        if time.monotonic() - begin > patience_s:
            return None
        time.sleep(LOOK_S)
    return time.monotonic() - begin


def judge(box, e, wanted, seconds=None, words=""):
    """Stop the box and compare what it has with the texts that were sent. What is left in the modem
    is stuck, a poison among them too."""
    if not box.stop():
        words = (words + "; " if words else "") + "SIGTERM ignored"
    have = collections.Counter(box.stored())
    here = {m.text for m in e.messages if m.deleted is None and m.text in wanted}
    return Outcome(texts=len(wanted), seconds=seconds, words=words,
                   lost=sum(have[t] == 0 and t not in here for t in wanted),
                   doubled=sum(max(0, have[t] - 1) for t in wanted), stuck=e.waiting())


def batch(e, texts, hints=1):
    """All at once; as many have a hint, the last ones that there is room for."""
    with e.lock:
        room = sum(m.capacity - len(m.used()) for m in e.memories.values())
        e.faults.lost_cmti = max(0, min(len(texts), room) - hints)
        for n, text in enumerate(texts):
            e.deliver(text, sender_of(n))
        e.faults.lost_cmti = 0


def sender_of(n):
    return f"+2547330001{n % 16:02d}"


def forget_peak(root):
    """Peak memory from now on: without what a passphrase took."""
    for pid in measure.members(root):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/clear_refs", "w") as f:
            f.write("5")


@dataclasses.dataclass
class Cost:
    wall: float = 0.0
    cpu: float = 0.0
    peak: dict = dataclasses.field(default_factory=dict)
    written: int = 0
    folder: int = 0
    per_message: float = 0.0  # commands
    busy: float = 0.0         # share of the time that the modem worked
    rate: float = 0.0
    syncs: int | None = None
    idle: float | None = None   # wake-ups a minute
    arrival: float | None = None  # seconds, median
    outcome: Outcome | None = None


class Trial:
    """One run of one box on one emulator."""

    def __init__(self, box, sim, **faults):
        self.box = box
        box.prepare()
        self.e = Emulator(box.link, sim=sim, control=control_of(box.link))
        self.e.faults.set(**faults)

    def __enter__(self):
        return self.box, self.e

    def __exit__(self, kind, value, trace):
        self.box.kill()
        self.e.close()


def backlog(box, texts, sim, patience_s, idle_s=0, arrivals=0, trace=None, latency=0.0):
    """All texts wait at the start; one that is ARMED has started before."""
    armed = getattr(box, "state", "") == "ARMED"
    cost = Cost()
    box.trace = trace
    with Trial(box, sim, latency={"*": latency} if latency else {}) as (_, e):
        before = None
        if armed:
            box.begin()
            box.world.wait_ready()
            forget_peak(box.process.pid)
            before, since, begin = box.usage(), time.time(), time.monotonic()
            batch(e, texts)
        else:
            batch(e, texts)
            since, begin = time.time(), time.monotonic()
            box.start()
        drained = wait(lambda: e.waiting() == 0, patience_s)
        ended = time.monotonic()
        cost.wall = ended - begin
        usage = box.usage()
        if before:
            usage.since(before)
        cost.cpu, cost.written, cost.peak = usage.cpu, usage.written, usage.peak
        speed(cost, e, len(texts), latency, begin, ended)
        if drained is not None and not trace:
            idle_and_arrivals(cost, box, e, idle_s, arrivals)
        cost.outcome = judge(box, e, texts, drained)
        cost.folder = measure.folder_octets(box.store)
        if trace:
            cost.syncs = measure.count_syncs(trace, since)
            box.trace = None
    return cost


def speed(cost, e, texts, latency, begin, ended):
    """From the first command that reads messages on."""
    journal = [j for j in e.journal if j[1] == "command" and j[0] >= begin]
    first = next((w for w, _, line in journal if "CMGL" in line or "CMGR" in line), ended)
    count = sum(e.commands(since=first).values())
    cost.per_message = count / texts
    span = max(ended - first, 1e-9)
    cost.busy, cost.rate = count * latency / span, texts / span


def idle_and_arrivals(cost, box, e, idle_s, arrivals):
    if idle_s:
        time.sleep(SETTLE_S)
        before = box.usage()
        time.sleep(idle_s)
        cost.idle = box.usage().since(before).wakeups * 60 / idle_s
    took = []
    for n in range(arrivals):
        message = e.deliver(f"late {n}", sender_of(n))
        wait(lambda: message.deleted, 60)
        took.append((message.deleted or time.monotonic()) - message.stored)
        time.sleep(0.5)
    if idle_s and arrivals and box.usage().since(before).wakeups == 0:
        raise Failure("wake-ups are not seen: none, though texts came in")
    cost.arrival = statistics.median(took) if took else None


# --- faults: each takes (box, texts, patience in s) and gives an Outcome ---

def slow_delete(box, texts, patience_s):
    """One slot, four texts, and a delete whose OK comes after 6.5 s."""
    wanted = texts[:4]
    with Trial(box, 1, slow_delete=SLOW_S) as (_, e):
        batch(e, wanted)
        box.begin()
        took = wait(lambda: e.waiting() == 0, patience_s + 4 * SLOW_S)
        time.sleep(SLOW_S)
        unseen = sum(m.unseen_but_deleted for m in e.messages)
        return judge(box, e, wanted, took, f"{unseen} deleted unseen" if unseen else "")


def poisoned(box, texts, patience_s, poison):
    """Good ones before and behind a bad one."""
    wanted = texts[:3]
    with Trial(box, 10) as (_, e):
        with e.lock:
            e.deliver(wanted[0], sender_of(0))
            e.deliver(poison=poison)
            for n, text in enumerate(wanted[1:], 1):
                e.deliver(text, sender_of(n))
        box.begin()
        took = wait(lambda: e.waiting() == 0, patience_s)
        words = ""
        if box.process.poll() is not None:
            words = f"it ended with {box.process.returncode}"
        elif took is None:
            before = box.usage()
            time.sleep(3)
            if box.usage().since(before).cpu / 3 > BURNING:
                words = "100 % CPU"
        outcome = judge(box, e, wanted, took, words)
        kept = len(wanted) - outcome.lost - sum(m.text in wanted and m.deleted is None
                                                for m in e.messages)
        outcome.words = "; ".join(w for w in (f"{kept} stored" if took is None else "", words) if w)
        return outcome


def truncated(box, texts, patience_s):
    """Three sound texts and a PDU that ends inside the address."""
    return poisoned(box, texts, patience_s, "truncated")


def part_zero(box, texts, patience_s):
    """Three sound texts and a part of a long message with the number 0."""
    return poisoned(box, texts, patience_s, "part_zero")


def aborting(box, texts, patience_s):
    """Three sound texts and a PDU that makes libGammu abort."""
    return poisoned(box, texts, patience_s, "smsc_digits")


def came_back(box, e, wanted, away, patience_s):
    """Half before, half while it is away. away() ends with the modem answering again."""
    half = len(wanted) // 2
    batch(e, wanted[:half])
    box.begin()
    wait(lambda: e.waiting() == 0, patience_s)
    time.sleep(1)
    away(wanted[half:])
    took = wait(lambda: e.waiting() == 0, patience_s)
    return judge(box, e, wanted, took)


def unplugged(box, texts, patience_s):
    """Ten texts; unplugged for 3 s after five of them."""
    with Trial(box, 30) as (_, e):
        def away(rest):
            e.unplug()
            time.sleep(UNPLUGGED_S)
            for n, text in enumerate(rest):
                e.deliver(text, sender_of(n))
            e.replug()
        return came_back(box, e, texts[:10], away, patience_s)


def hung(box, texts, patience_s, seconds=HUNG_S):
    """Ten texts; from the first command after five of them on, no octet for 20 s."""
    with Trial(box, 30) as (_, e):
        def away(rest):
            e.faults.hang_at = "*"
            for n, text in enumerate(rest):
                e.deliver(text, sender_of(n))
            wait(lambda: e.count("hang"), patience_s)
            if seconds is not None:
                e.later(seconds, e.wake_up)
        return came_back(box, e, texts[:10], away, patience_s)


def hung_for_good(box, texts, patience_s):
    """The same, until somebody cuts the power: only for who can."""
    return hung(box, texts, patience_s, None) if box.has_switch else False


def full_disk(box, texts, patience_s):
    """Forty texts while the disk has no room, then room."""
    wanted = texts[:DISK_TEXTS]
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={box.disk_mib}m,mode=700", "tmpfs",
                           box.store], capture_output=True, check=False)
    if made.returncode != 0:
        return None
    try:
        with Trial(box, 50) as (_, e):
            armed = getattr(box, "state", None) == "ARMED"
            if armed:
                box.begin()  # it wants room to be armed
            ballast = fill(box.store)
            batch(e, wanted)
            if not armed:
                box.begin()
            wait(lambda: e.waiting() == 0, patience_s / 3)
            while_full = sum(m.deleted is not None for m in e.messages)
            os.unlink(ballast)
            took = wait(lambda: e.waiting() == 0, patience_s)
            return judge(box, e, wanted, took, f"{while_full} deleted while full")
    finally:
        subprocess.run(["umount", "-l", box.store], capture_output=True, check=False)


def fill(folder):
    """Leave DISK_LEFT octets of the file system."""
    path = os.path.join(folder, ".ballast")
    vfs = os.statvfs(folder)
    with open(path, "wb", buffering=0) as f:
        left = vfs.f_bavail * vfs.f_frsize - DISK_LEFT
        while left > 0:
            left -= f.write(bytes(min(left, 1 << 20)))
    return path


def killed(box, texts, patience_s, kills=8):
    """kill -9 of everything, again and again while texts come in."""
    wanted = texts[:KILL_TEXTS]
    with Trial(box, 30, latency={"*": 0.005}) as (_, e):
        batch(e, wanted)
        step = len(wanted) // (kills + 1)
        for n in range(kills):
            box.begin()
            wait(lambda: e.count("delete") >= (n + 1) * step, patience_s / 2)
            box.kill()
        box.begin()
        took = wait(lambda: e.waiting() == 0, patience_s)
        return judge(box, e, wanted, took)


def seized(box, texts, patience_s):
    """Ten texts of ten senders; then what the SIM's raw octets still tell."""
    box.sweeps = True
    with Trial(box, 30) as (_, e):
        batch(e, texts[:10])
        box.begin()
        took = wait(lambda: e.waiting() == 0, patience_s)

        def told():
            return sum(e.holds_number(sender_of(n)) > 0 for n in range(10))
        swept = wait(lambda: told() == 0, SWEEP_S if box.has_switch else 0)
        outcome = judge(box, e, texts[:10], took)
        outcome.told = told()
        outcome.words = f"swept after {swept:.1f} s" if swept else f"{outcome.told} senders told"
        return outcome


FAULTS = {"slow delete 6.5 s, one slot": slow_delete, "truncated PDU among 3": truncated,
          "part number 0 among 3": part_zero, "PDU that aborts libGammu": aborting,
          "unplugged for 3 s": unplugged, "no answer for 20 s": hung,
          "no answer until the power is cut": hung_for_good,
          "disk full": full_disk, "kill -9, eight times": killed,
          "a SIM that is seized": seized}
