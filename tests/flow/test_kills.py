#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing lost, nothing doubled: messages of several monitors arrive, LOCKED and ARMED, while
tocsin-core, tocsin-modem and tocsind are each ended by SIGKILL, again and again, in the middle of it.

    test_kills.py --bin BUILD_DIR [--kills N] [--messages N] [--seed N]

N kills of each of the three. For each kill all three processes are first stopped (SIGSTOP), so that
where it falls can be seen on the disk: which texts lie in the modem, which of these the modem's
process has read since it started (the time of last access of their files, set back before), and how
many are durable (rows of `seen`, two for a sealed text, in a copy of the store). Then the one is
killed and the others go on. A kill falls

    handed   between hand-over and commit, if a text was handed over and is not durable;
    kept     between commit and delete, if a text is durable and still in the modem;
    both     if there are texts of both kinds;
    else     elsewhere.

The test fails if no kill of some process fell in one of the first two windows, or none elsewhere;
if ever a text was gone from the modem and not durable; and if at the end not every message is
there exactly once.
"""
import os
import random
import shutil
import signal
import sqlite3
import time

from gateway import (Failure, Gateway, Processes, Steps, expect, options, run, smsfile, wait_for)

MONITORS = 8
VICTIMS = ("tocsin-core", "tocsin-modem", "tocsind")
STATES = ("LOCKED", "ARMED")
WINDOWS = ("handed", "kept", "both", "else")
AIMS = ("read", "read", "slow core", "kept", "kept", "any")
AIM_S = 3            # then the kill comes without having been aimed
DELAY_S = 0.02       # at most, from the sign that was waited for
ANY_S = 0.4          # the same where none is waited for
CALM_EVERY = 20      # rounds, then a restart in good order
LARGE_EVERY = 10     # rounds, then a larger batch
LARGE = 5            # times as large
PROGRESS_EVERY = 30  # rounds

step = Steps()


class Frame:
    """What lay where when everything stood still."""

    def __init__(self, kills):
        self.in_modem = len(kills.g.waiting())
        self.read = kills.count_read()
        self.durable = kills.count_durable()
        gone = kills.delivered - self.in_modem
        if gone > self.durable:
            raise Failure(f"{gone} texts are gone from the modem, {self.durable} are durable")
        self.kept = self.durable - gone
        # The file that was read last may not have been handed over yet.
        self.handed = max(0, self.read - self.kept - 1)

    def window(self):
        return {(True, True): "both", (True, False): "handed", (False, True): "kept",
                (False, False): "else"}[self.handed > 0, self.kept > 0]


class Kills:
    def __init__(self, g, rng, messages):
        self.g, self.rng, self.left = g, rng, messages
        self.delivered = 0
        self.sent = []  # (pseudonym, number, note)
        self.counts = {(v, s, w): 0 for v in VICTIMS for s in STATES for w in WINDOWS}
        self.copy = os.path.join(g.folder, "copy")
        os.mkdir(self.copy)
        g.unlock()
        self.monitors = [g.enrol(f"Monitor {i}") for i in range(MONITORS)]
        self.delivered = MONITORS
        g.wait_texts(MONITORS)
        g.close()
        self.state = "ARMED"

    # --- looking ---

    def inbox(self):
        folder = os.path.join(self.g.device, "sms", "1")
        return [os.path.join(folder, name) for name in self.g.waiting()]

    def forget_reads(self):
        """Whoever is killed: the modem's process starts again, and reads all of them again."""
        for path in self.inbox():
            smsfile.mark_unread(path)

    def count_read(self):
        count = 0
        for path in self.inbox():
            try:
                count += smsfile.was_read(path)
            except FileNotFoundError:
                pass  # deleted meanwhile
        return count

    def count_durable(self):
        """In a copy, while no process writes."""
        for name in ("tocsin.db", "tocsin.db-wal"):
            shutil.copyfile(os.path.join(self.g.state, name), os.path.join(self.copy, name))
        db = sqlite3.connect(os.path.join(self.copy, "tocsin.db"))
        try:
            [(rows,)] = db.execute("SELECT count(*) FROM seen")
        finally:
            db.close()
        if rows % 2 != 0:
            raise Failure(f"{rows} rows of seen: a text was committed by half")
        return rows // 2

    # --- the processes ---

    def stop_all(self, victim):
        """All three stand still, the victim first."""
        roles = self.g.wait_roles()
        for name in sorted(roles, key=lambda n: n != victim):
            os.kill(roles[name], signal.SIGSTOP)
        for pid in roles.values():
            wait_for(lambda: self.is_stopped(pid), f"process {pid} to stop")
        return roles

    @staticmethod
    def is_stopped(pid):
        with open(f"/proc/{pid}/stat", "rb") as f:
            return f.read().rpartition(b")")[2].split()[0] == b"T"

    def kill(self, victim, roles):
        self.forget_reads()
        os.kill(roles[victim], signal.SIGKILL)
        for name, pid in roles.items():
            if name != victim:
                os.kill(pid, signal.SIGCONT)
        if victim == "tocsind":
            self.g.daemon.wait()
            self.g.daemon = None
            if self.rng.random() < 0.5:  # else the new one meets the old one's processes
                for name in ("tocsin-core", "tocsin-modem"):
                    wait_for(lambda: Processes.start_time(roles[name]) is None, name + " to end")
        if victim != "tocsin-modem":
            self.state = "LOCKED"

    # --- a round ---

    def batch(self, rounds_left):
        size = self.left if rounds_left <= 1 else self.rng.randint(1, max(1, 2 * self.left // rounds_left))
        if rounds_left % LARGE_EVERY == 0:
            size *= LARGE
        return min(size, self.left)

    def compose(self, count):
        texts = []
        for _ in range(count):
            monitor = self.rng.choice(self.monitors)
            note = f"SERIAL {len(self.sent)}"
            texts.append(monitor.report("KIL", 101, "--note", note))
            self.sent.append((monitor.name, monitor.number, note))
        self.left -= count
        return texts

    def deliver(self, texts):
        for text in texts:
            self.g.deliver(text)
            self.delivered += 1

    def set_state(self):
        """After a kill of core or tocsind it is LOCKED: go on so, or arm."""
        wanted = self.rng.choice(("LOCKED", "ARMED"))
        if wanted == self.state:
            return
        if wanted == "ARMED":
            self.g.wait_ready()
            self.g.arm()
        else:
            self.g.lock()
        self.state = wanted

    def wait_log(self, begin, words):
        """A line written since `begin` that holds the words."""
        def look():
            with open(self.g.log_path, "rb") as f:
                f.seek(begin)
                return words in f.read()
        self.wait_briefly(look)

    @staticmethod
    def wait_briefly(look):
        end = time.monotonic() + AIM_S
        while not look() and time.monotonic() < end:
            time.sleep(0.001)

    def aim(self, texts):
        """Let the texts arrive; come back at a moment that is worth a kill."""
        how = self.rng.choice(AIMS)
        begin = os.path.getsize(self.g.log_path)
        if how == "slow core":  # as if its disk were: what is handed over waits
            os.kill(self.g.wait_roles()["tocsin-core"], signal.SIGSTOP)
        self.deliver(texts)
        if how == "read":
            self.wait_briefly(lambda: self.count_read() > 0)
        elif how == "slow core":
            self.wait_log(begin, b"SMS_HANDED")
        elif how == "kept":
            self.wait_log(begin, b"tocsin-core: debug: SMS_KEPT")
        time.sleep(self.rng.uniform(0, ANY_S if how == "any" else DELAY_S))

    def round(self, victim, rounds_left):
        texts = self.compose(self.batch(rounds_left))
        early = self.rng.random() < 0.4
        if early:  # a full inbox meets what has just been started
            self.deliver(texts)
            texts = []
        if self.g.daemon is None:
            self.g.start(wait=False)
        if not early:
            self.set_state()
        self.aim(texts)
        roles = self.stop_all(victim)
        frame = Frame(self)
        self.counts[victim, self.state, frame.window()] += 1
        self.kill(victim, roles)

    def all_rounds(self, kills):
        rounds = [victim for _ in range(kills)
                  for victim in self.rng.sample(VICTIMS, len(VICTIMS))]
        for i, victim in enumerate(rounds):
            self.round(victim, len(rounds) - i)
            if (i + 1) % CALM_EVERY == 0 and self.g.daemon is not None:
                self.g.restart()
                self.state = "LOCKED"
            if (i + 1) % PROGRESS_EVERY == 0:
                step(f"{i + 1} of {len(rounds)} kills, {self.delivered} texts delivered")

    # --- the end ---

    def check_all_there(self):
        g = self.g
        if g.daemon is None:
            g.start(wait=False)
        g.wait_ready()
        g.wait_modem_empty()
        g.wait_ready()
        g.unlock()
        expect(g.status()["parked"], 0, "parked at the end")
        rows = g.inbox()
        found = [(r["pseudonym"], r.get("number"), r.get("note")) for r in rows if r["readable"]]
        wanted = self.sent + [(m.name, 1, "") for m in self.monitors]
        unreadable = [r["reason"] for r in rows if not r["readable"]]
        lost, strange = set(wanted) - set(found), set(found) - set(wanted)
        doubled = len(found) - len(set(found))
        print(f"sent {len(wanted)}, found {len(found)}, lost {len(lost)}, doubled {doubled}, "
              f"strange {len(strange)}, unreadable {len(unreadable)}")
        if lost or strange or doubled or unreadable:
            raise Failure(f"lost {sorted(lost)[:5]}, strange {sorted(strange)[:5]}, unreadable "
                          f"{unreadable[:5]}")
        for monitor in self.monitors:
            person = g.roster()[monitor.name]
            expect((person["messages"], person["missing"]), (monitor.number, 0),
                   f"the roster's counts of {monitor.name}")

    def report(self):
        print("kills      " + "".join(f"{w:>22}" for w in WINDOWS))
        print("            " + "".join(f"{s:>11}" for _ in WINDOWS for s in STATES))
        for victim in VICTIMS:
            print(f"{victim:12}" + "".join(f"{self.counts[victim, s, w]:11}"
                                           for w in WINDOWS for s in STATES))

        ends = [line.rpartition("ended ")[2] for line in self.g.log_events("ROLE_ENDED")]
        print("ends that tocsind saw: " + ", ".join(f"{ends.count(e)} {e}" for e in sorted(set(ends))))

    def fell(self, victims, states, *windows):
        return sum(self.counts[v, s, w] for v in victims for s in states for w in windows)

    def check_windows(self):
        """Each process, and each state, was hit in each window; and something elsewhere."""
        groups = [([v], STATES, v) for v in VICTIMS] + [(VICTIMS, [s], s) for s in STATES]
        for victims, states, name in groups:
            if self.fell(victims, states, "handed", "both") == 0:
                raise Failure(f"{name}: no kill fell between hand-over and commit")
            if self.fell(victims, states, "kept", "both") == 0:
                raise Failure(f"{name}: no kill fell between commit and delete")
        if self.fell(VICTIMS, STATES, "else") == 0:
            raise Failure("no kill fell elsewhere")


def notes_accesses(folder):
    """Does this file system note when a file is read?"""
    path = os.path.join(folder, "probe")
    with open(path, "w") as f:
        f.write("probe")
    smsfile.mark_unread(path)
    with open(path) as f:
        f.read()
    noted = smsfile.was_read(path)
    os.unlink(path)
    return noted


def main():
    given = options(__doc__.splitlines()[0], ("--kills", {"type": int, "default": 50}),
                    ("--messages", {"type": int, "default": 1000}), ("--seed", {"type": int}))
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    with Gateway(given.bin) as g:
        if not notes_accesses(g.folder):
            raise Failure(f"{g.folder} does not note accesses (noatime): set TMPDIR elsewhere")
        g.start()
        kills = Kills(g, random.Random(seed), given.messages)
        step(f"{MONITORS} monitors enrolled")
        kills.all_rounds(given.kills)
        kills.report()
        kills.check_all_there()
        g.check_descriptors()
        kills.check_windows()
        step(f"{len(VICTIMS) * given.kills} kills")


if __name__ == "__main__":
    run(main)
