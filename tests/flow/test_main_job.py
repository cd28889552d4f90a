#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The gateway's main job, with the real programs: a monitor writes a sealed report, it arrives as
an SMS, the coordinator reads it; and everything that may come in between.

    test_main_job.py --bin BUILD_DIR [--seed N]
"""
import datetime
import os
import random
import re
import shutil
import signal
import subprocess
import time

from gateway import (PROJECT, WAIT_S, Failure, Gateway, Monitor, Steps, expect, expect_in, options, run,
                     smsfile)

RELATIONS = ["new", "correction", "follow-up", "cancel", "all-clear", "heartbeat", "drill", "cover",
             "place confirm"]
QUANTITIES = [None, "--about", "--at-least", "--at-most"]
NOTE_ALPHABET = " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"#%&'()*+,-./:;<=>?$@_[]|~"
LOCAL = datetime.timedelta(minutes=180)  # utc_offset_min of the example places
PLACES = (101, 102, 105, 201, 204, 1001, 2003)
REPORTS = 25
SLOW_S = 0.5  # far less than core waits for another one

step = Steps()


def read_book(*path):
    with open(os.path.join(PROJECT, "schemas", *path)) as f:
        return f.read()


def codes(list_name):
    """The numbers of one list of the codebook that is shipped."""
    body = re.search(rf"^{list_name} = \((.*?)^\);", read_book("codebook", "atrocity.cfg"),
                     re.M | re.S).group(1)
    return [int(n) for n in re.findall(r"code = (\d+)", body)]


def nearest(people):
    """The number that the wire can say, by its table; None: many."""
    steps = [int(n) for n in re.findall(r"^X\(\d+, (\d+)\)", read_book("report", "affected.def"), re.M)]
    if people < 200 or people > steps[-1]:
        return people if people < 200 else None
    return min(steps, key=lambda s: (abs(s - people), s))


class RandomReport:
    """Words for tocsin-compose, and the row that the inbox must show for them."""

    def __init__(self, rng, number):
        self.words, self.row = [], {"readable": True, "proven": True, "number": number}
        self.rng = rng
        self.kind_and_place()
        self.relation(number)
        self.ladder("severity", range(1, 8))
        self.ladder("certainty", range(1, 6))
        self.ladder("actor", codes("actors"))
        self.when()
        self.affected()
        self.note()
        self.row["duress"] = rng.random() < 0.3
        self.words += ["--duress"] * self.row["duress"]

    def kind_and_place(self):
        self.row["kind"] = self.rng.choice(codes("kinds"))
        self.row["place"] = self.rng.choice(PLACES)
        self.words += [self.row["kind"], self.row["place"]]

    def relation(self, number):
        word = self.rng.choice(("new", "new", "correction", "follow-up", "cancel", "all-clear", "drill"))
        self.row.update(relation=RELATIONS.index(word), relation_word=word, refers=None)
        self.room = 20
        self.words += ["--relation", word]
        if word in ("correction", "follow-up", "cancel", "all-clear"):
            self.row["refers"] = self.rng.randrange(1, number)
            self.room -= 2
            self.words += ["--refers", self.row["refers"]]

    def ladder(self, name, values):
        self.row[name] = self.rng.choice([0, *values])
        if self.row[name]:
            self.words += ["--" + name, self.row[name]]

    def when(self):
        self.row["event"] = None
        if self.rng.random() < 0.2:
            return
        now = datetime.datetime.now(datetime.timezone.utc)
        at = now - datetime.timedelta(minutes=self.rng.randrange(20, 60 * 24 * 20))
        at = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        self.row["event"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        typed = at + LOCAL + datetime.timedelta(minutes=self.rng.randrange(15))
        self.words += ["--when", typed.strftime("%Y-%m-%d %H:%M")]

    def affected(self):
        people = self.rng.choice((None, 0, 1, self.rng.randrange(200), self.rng.randrange(200, 82000),
                                  90000))
        quantity = self.rng.randrange(4) if people is not None else 0
        self.row.update(affected=None, affected_many=False, quantity=quantity)
        if people is None:
            return
        self.row["affected"] = nearest(people)
        self.row["affected_many"] = self.row["affected"] is None
        self.words += ["--affected", people]
        if quantity:
            self.words.append(QUANTITIES[quantity])

    def note(self):
        self.row["target"] = self.rng.choice(("", "WG", "CH", "XX"))
        if self.row["target"]:
            self.room -= 2
            self.words += ["--target", self.row["target"]]
        length = self.rng.randrange(self.room + 1)
        note = "".join(self.rng.choice(NOTE_ALPHABET) for _ in range(length)).rstrip()
        self.row["note"] = note
        self.words += ["--note=" + self.rng.choice((note, note.lower()))]

    def shown(self, row, by_seq):
        """A correction of a report that is here has what it does not say from that one."""
        if row["relation_word"] != "correction" or row["about"] is None:
            return self.row
        meant = by_seq[row["about"]]
        return {name: meant[name] if value in (0, None, "") and row[name] == meant[name] else value
                for name, value in self.row.items()}


def compare(row, wanted, who):
    for name, value in wanted.items():
        expect(row[name], value, f"field {name} of {row} of {who}")


# --- the steps, in their order; each is given the gateway and what the ones before it left ---

def made(g, left):
    """init made what it says, and makes nothing twice."""
    for path, mode in ((g.conf, 0o600), (g.state, 0o700), (os.path.join(g.own, "anchor.bin"), 0o600)):
        expect(os.stat(path).st_mode & 0o777, mode, f"mode of {path}")
    again = g.command("init", "--yes", "--codebook", g.codebook, "--places", g.places,
                      passphrase=g.passphrase, code=1)
    expect_in("exists already", again.err, "init over a gateway")
    not_running = g.command("status", code=3)
    expect_in("does not run", not_running.err, "status without tocsind")
    g.start()
    status = g.status()
    expect((status["state"], status["parked"], status["monitors"]), ("LOCKED", 0, 0), "a new gateway")
    expect(status["wrong"], [], "what is wrong with a new gateway")
    g.check_descriptors()
    g.check_sandboxed()


def wrong_state(g, left):
    """Commands in the wrong state say what to do."""
    for words in (["inbox"], ["roster"], ["enrol", "--pseudonym", "A", "--place", 101],
                  ["revoke", "--yes", "A"], ["close"]):
        expect_in("tocsin unlock", g.command(*words, code=1).err, f"{words} while LOCKED")


def passphrases(g, left):
    refused = g.command("unlock", passphrase="not the passphrase", code=1)
    expect_in("passphrase", refused.err, "unlock with a wrong passphrase")
    expect(g.state_name(), "LOCKED", "state after a wrong passphrase")
    empty = g.command("unlock", passphrase="", code=1)
    expect_in("empty", empty.err, "unlock with no passphrase")
    g.unlock()
    expect(g.state_name(), "OPEN", "state after unlock")


def enrolment(g, left):
    """enrol --wait in the background, the device beside it, the first message through the modem."""
    waiting = g.start_command("enrol", "--pseudonym", "Alder 3", "--place", 101, "--wait=60",
                              "--rhythm", 7)
    try:
        text = waiting.stdout.readline().decode().strip()
        monitor = left["monitor"] = Monitor(g, "Alder 3")
        first = monitor.enrol(text)
        expect(waiting.poll(), None, "enrol --wait before the first message")
        g.deliver(first)
        out, err = waiting.communicate(timeout=WAIT_S)
    finally:
        if waiting.poll() is None:
            waiting.kill()
            waiting.communicate()
    expect(waiting.returncode, 0, f"enrol --wait: {err.decode()}")
    expect_in("first message has come", err.decode(), "enrol --wait")
    twice = g.command("enrol", "--pseudonym", "Alder 3", "--place", 101, code=1)
    expect_in("pseudonym", twice.err, "enrol the same pseudonym")
    nowhere = g.command("enrol", "--pseudonym", "B", "--place", 999, code=1)
    expect_in("place", nowhere.err, "enrol at a place that there is not")
    [row] = g.inbox()
    compare(row, {"readable": True, "relation_word": "heartbeat", "number": 1,
                  "pseudonym": "Alder 3"}, "the first message")


def reports(g, left):
    """Random reports come out as they went in, field by field."""
    monitor, rng = left["monitor"], left["rng"]
    wanted = []
    for _ in range(REPORTS):
        report = RandomReport(rng, monitor.number + 1)
        left["last"] = monitor.report(*report.words)
        g.deliver(left["last"])
        report.row["pseudonym"] = monitor.name
        wanted.append(report)
    g.wait_texts(1 + REPORTS)
    rows = g.inbox()
    expect(len(rows), 1 + REPORTS, "rows of the inbox")
    by_seq = {row["seq"]: row for row in rows}
    rows.sort(key=lambda row: row["number"])  # a later one may take a place that was freed meanwhile
    for row, report in zip(rows[1:], wanted):
        compare(row, report.shown(row, by_seq), report.words)
    person = g.roster()["Alder 3"]
    expect((person["messages"], person["missing"], person["highest"]), (1 + REPORTS, 0, 1 + REPORTS),
           "the roster's counts")
    words = g.command("inbox").out
    expect_in("Alder 3", words, "the inbox for people")


def shows_refused(g, left):
    """The two wrong tries before (one of them empty, never sent) are in the journal: ask again
    while OPEN, which is refused too, and changes no state."""
    events = g.status()["events"]
    refused = g.command("unlock", passphrase="not the passphrase", code=1)
    expect_in("passphrase", refused.err, "unlock with a wrong passphrase while OPEN")
    status = g.status()
    expect((status["state"], status["events"]), ("OPEN", events + 1), "a refused unlock is an event")
    expect(len(g.log_events("REFUSED")), 2, "refused unlocks in the log")


def twice(g, left):
    """The same text once more, with the same stamp and with another one: one report."""
    monitor = left["monitor"]
    stamp = datetime.datetime(2026, 1, 2, 3, 4, 5)
    text = monitor.report("ARR", 102, "--note", "ONCE")
    before, status = len(g.inbox()), g.status()
    g.deliver(text, stamp=stamp)
    g.wait_texts(status["kept"] + 1)
    g.deliver(text, stamp=stamp)
    g.wait_texts(status["kept"] + 2)
    g.deliver(text, stamp=stamp + datetime.timedelta(hours=1))
    g.deliver(text.lower(), stamp=stamp + datetime.timedelta(hours=2))
    g.deliver(" ".join(text[i:i + 20] for i in range(0, len(text), 20)))
    g.wait_texts(status["kept"] + 5)
    expect(len(g.inbox()), before + 1, "rows after the same text five times")
    expect(g.status()["doubled"], status["doubled"] + 4, "doubled")
    left["old"] = text


def replay(g, left):
    """An old text that `seen` does not know: with a letter that means the same, it is the same; the
    text of a number that was used is no report, whatever is changed in it."""
    before = len(g.inbox("--reports"))
    status = g.status()
    changed = left["last"][:-1] + ("0" if left["last"][-1] != "0" else "2")
    g.deliver(changed)
    g.deliver(left["last"])
    g.wait_texts(status["kept"] + 2)
    expect(len(g.inbox("--reports")), before, "reports after a replay")
    [row] = g.inbox("--unreadable")
    expect_in("used already", row["reason"], "reason of a replayed number")


def parked(g, left):
    """LOCKED after a restart: texts are parked, unread; arm reads them in the order of arrival."""
    monitor = left["monitor"]
    g.restart()
    expect(g.state_name(), "LOCKED", "state after a restart")
    refused = g.command("arm", passphrase="not the passphrase", code=1)
    expect_in("passphrase", refused.err, "arm with a wrong passphrase")
    events = g.status()["events"]
    parked_before = g.status()["parked"]
    expect(parked_before, 1, "the refused try is parked")
    for i in range(5):  # one by one: the order is that of arrival, not of places in the modem
        g.deliver(monitor.report("ARR", 105, "--note", f"PARKED {i}"), place=9 - i)
        g.wait_texts(i + 1)
    status = g.status()
    expect((status["parked"], status["events"], status["state"]), (parked_before + 5, events, "LOCKED"),
           "parked while LOCKED")
    expect_in("6 parked", g.command("status").out, "status for people")
    g.arm()
    status = g.status()
    expect((status["parked"], status["state"]), (0, "ARMED"), "after arm")
    expect_in("tocsin unlock", g.command("inbox", code=1).err, "inbox while ARMED")
    expect_in("ARMED", g.command("arm", passphrase=g.passphrase, code=1).err, "arm while ARMED")
    g.unlock()
    notes = [row["note"] for row in g.inbox()[-5:]]
    expect(notes, [f"PARKED {i}" for i in range(5)], "order of what was parked")


def kept_unreadable(g, left):
    """What is no sealed report is kept with its reason and blocks nothing."""
    monitor = left["monitor"]
    plain = "two men shot at the mill, please send help"
    cases = (
        (smsfile.section(plain, g.number), "plain text", plain),
        (smsfile.section("قتل رجلان عند الطاحونة", g.number), "plain text", "قتل رجلان عند الطاحونة"),
        (smsfile.section("0123456789ABCDEFGHJK" * 2, g.number), "40 characters", None),
        (smsfile.section("314159 265358 979323 846264", g.number), "digits", None),
        (smsfile.section("a part that cannot be", g.number, udh=bytes.fromhex("050003AB0203")),
         "no part of it can have", "a part that cannot be"),
        (smsfile.section(bytes(range(40)), g.number), "8-bit", None),
        (smsfile.section(monitor.enrolment[4:] + "0" * 24, g.number), "nobody enrolled", None),
        (smsfile.section(monitor.enrolment[4:] + "0" * 23, g.number), "of 151 letters and digits, not 152", None),
        (smsfile.section(monitor.enrolment[4:] + "0" * 23 + "U", g.number), "a letter that none has", None),
        (smsfile.section("", g.number), "plain text", ""),
    )
    before, status = len(g.inbox()), g.status()
    for content, _, _ in cases:
        smsfile.put(g.device, content)
    g.deliver(monitor.report("KIL", 101, "--note", "BEHIND THEM"))
    g.wait_texts(status["kept"] + len(cases) + 1)
    rows = g.inbox()[before:]
    expect(len(rows), len(cases) + 1, "rows of what is no report")
    for row, (_, reason, raw) in zip(rows, cases):
        expect(row["readable"], False, f"readable of {row}")
        expect_in(reason, row["reason"], "reason")
        if raw is not None:
            expect(bytes.fromhex(row["raw_hex"]).decode(), raw, "what was kept of it")
    compare(rows[-1], {"readable": True, "note": "BEHIND THEM"}, "the report behind them")


def revoked(g, left):
    """Nothing of a revoked monitor is read any more, and the reason says so."""
    monitor = g.enrol("Birch 7", 104)
    before = monitor.report("KIL", 104, "--note", "BEFORE")
    after = monitor.report("KIL", 104, "--note", "AFTER")
    kept = g.status()["kept"]
    g.deliver(before)
    g.wait_texts(kept + 1)
    expect_in("Revoked", g.command("revoke", "--yes", "Birch 7").out, "revoke")
    expect_in("no active monitor", g.command("revoke", "--yes", "Birch 7", code=1).err, "revoke twice")
    kept = g.status()["kept"]
    g.deliver(after)
    g.wait_texts(kept + 1)
    *_, row = g.inbox()
    expect(row["readable"], False, "a revoked monitor's message")
    expect_in("revoked", row["reason"], "its reason")
    expect(g.roster()["Birch 7"]["revoked"], True, "the roster")
    left["monitor_two"] = g.enrol("Cedar 1", 201)


def closed_and_locked(g, left):
    """close, lock: what can be asked in each, and what arrives in each is there afterwards."""
    monitor, second = left["monitor"], left["monitor_two"]
    g.wait_modem_empty()
    before = g.inbox()
    g.close()
    expect(g.state_name(), "ARMED", "state after close")
    expect_in("tocsin unlock", g.command("inbox", code=1).err, "inbox after close")
    kept = g.status()["kept"]
    g.deliver(monitor.report("KIL", 101, "--note", "ARMED"))
    g.deliver(second.report("KIL", 201, "--note", "ARMED TOO"))
    g.wait_texts(kept + 2)
    expect(g.status()["parked"], 0, "parked while ARMED")
    g.lock()
    expect(g.state_name(), "LOCKED", "state after lock")
    g.deliver(second.report("KIL", 201, "--note", "LOCKED"))
    g.wait_texts(kept + 3)
    expect(g.status()["parked"], 1, "parked after lock")
    g.unlock()
    rows = g.inbox()
    expect(rows[:len(before)], before, "what was read before")
    expect([row["note"] for row in rows[len(before):]], ["ARMED", "ARMED TOO", "LOCKED"],
           "what came since")
    g.check_descriptors()


def long_messages(g, left):
    """A long message is one row when its last part came, whatever happened in between; a sealed text
    that a phone cut in two opens; and `status` tells what still waits."""
    monitor, before = left["monitor"], g.inbox()
    sealed = monitor.report("KIL", 101, "--note", "IN TWO")
    words = ("two men were taken from the market in the night, ", "nobody saw where they went, ", "please ask")
    kept = g.status()["kept"]
    g.deliver(words[1], udh=bytes.fromhex("050003C70302"))
    g.wait_texts(kept + 1)
    expect((g.status()["parked"], g.status()["parts"]), (1, 1), "a part that waits while OPEN")
    expect_in("parts of long messages that wait for others: 1", g.command("status").out, "status")
    g.lock()
    expect((g.status()["parked"], g.status()["parts"]), (1, 0), "a part that waits while LOCKED")
    g.deliver(words[2], udh=bytes.fromhex("050003C70303"))
    g.deliver(sealed[:100], udh=bytes.fromhex("06080412340201"))
    g.wait_texts(kept + 3)
    g.restart()
    g.arm()
    expect((g.status()["parked"], g.status()["parts"]), (3, 3), "parts that wait while ARMED")
    g.deliver(sealed[100:], udh=bytes.fromhex("06080412340202"))
    g.deliver(words[0], udh=bytes.fromhex("050003C70301"))
    g.wait_texts(2)
    expect((g.status()["parked"], g.status()["parts"]), (0, 0), "when the others came")
    g.unlock()
    rows = g.inbox()
    expect(rows[:len(before)], before, "what was read before")
    expect(len(rows), len(before) + 2, "rows of two long messages")
    compare(rows[-2], {"readable": True, "note": "IN TWO"}, "the sealed one")
    expect(bytes.fromhex(rows[-1]["raw_hex"]).decode(), "".join(words), "the plain one")
    expect_in("".join(words)[:60], g.command("inbox").out, "the plain one for people")


def pages(g, left):
    """A page after another gives what all at once gives."""
    whole, page, before = g.inbox()[::-1], [], []
    while True:
        rows = g.rows("inbox", "--everything", "--limit", 7, *before)
        page += rows
        if len(rows) < 7:
            break
        before = ["--before", rows[-1]["seq"]]
    expect(page, whole, "the inbox in pages of seven")


def second_daemon(g, left):
    done = subprocess.run([g.program("tocsind"), "-c", g.conf], env=g.env, cwd=g.cwd,
                          capture_output=True, timeout=WAIT_S)
    expect(done.returncode, 1, "exit code of a second tocsind")
    expect_in("runs here already", done.stderr.decode(), "a second tocsind")
    expect(g.state_name(), "OPEN", "state after a second tocsind")


def settings(g, left):
    """An error in the settings is said with file and line, by every program that reads them."""
    wrong = os.path.join(g.folder, "wrong.conf")
    with open(g.conf) as f:
        text = f.read()
    line = text.splitlines().index("posture = \"chosen\";") + 1
    with open(wrong, "w") as f:
        f.write(text.replace("posture = \"chosen\";", "postura = \"chosen\";"))
    for argv in ([g.program("tocsind"), "-n", "-c", wrong], [g.program("tocsind"), "-c", wrong],
                 [g.program("tocsin"), "-c", wrong, "status"], [g.program("tocsin-core"), "-c", wrong]):
        done = subprocess.run(argv, env=g.env, cwd=g.cwd, capture_output=True, timeout=WAIT_S)
        if done.returncode == 0:
            raise Failure(f"{argv} accepts an unknown setting")
        expect_in(f"{wrong}:{line}:", done.stderr.decode(), f"words of {argv}")
    fine = subprocess.run([g.program("tocsind"), "-n", "-c", g.conf], env=g.env, cwd=g.cwd,
                          capture_output=True, timeout=WAIT_S)
    expect(fine.returncode, 0, f"tocsind -n with good settings: {fine}")
    os.unlink(wrong)


def killed_and_back(g, left):
    """A core that takes its time to end keeps the store meanwhile: the next one waits for it."""
    before = len(g.log_events("ROLE_ENDED"))
    old = g.wait_roles()["tocsin-core"]
    os.kill(old, signal.SIGSTOP)
    os.kill(g.daemon.pid, signal.SIGKILL)
    g.daemon.wait()
    g.daemon = None
    g.start(wait=False)
    g.wait_roles()
    time.sleep(SLOW_S)
    os.kill(old, signal.SIGCONT)
    g.wait_ready()
    expect(g.log_events("ROLE_ENDED")[before:], [], "ends of processes meanwhile")


def put_back(g, left):
    """A store of before a message, put back after a stop, does not open: its key is gone at once."""
    g.stop()
    kept, older = (os.path.join(g.folder, name) for name in ("kept", "older"))
    shutil.copytree(g.state, older)
    g.start()
    g.arm()
    g.deliver(left["monitor"].report("KIL", 101))
    g.wait_modem_empty()
    g.stop()
    os.rename(g.state, kept)
    os.rename(older, g.state)
    done = subprocess.run([g.program("tocsin-core"), "-c", g.conf], env=g.env, cwd=g.cwd,
                          capture_output=True, timeout=WAIT_S)
    expect_in("does not open this store", done.stderr.decode(), f"words about an older store: {done}")
    os.rename(g.state, older)
    os.rename(kept, g.state)
    shutil.rmtree(older)
    g.start()


def ends(g, left):
    print(f"           SIGTERM to the end: {g.stop():.3f} s")
    expect_in("does not run", g.command("status", code=3).err, "status after SIGTERM")
    g.start()
    expect(g.state_name(), "LOCKED", "state after a restart")
    left_over = [name for name in os.listdir(os.path.join(g.own, "run")) if name not in ("control", "pid")]
    expect(left_over, [], "in the run folder")
    g.stop()


STEPS = (made, wrong_state, passphrases, enrolment, reports, shows_refused, twice, replay, parked,
         kept_unreadable, revoked, closed_and_locked, long_messages, pages, second_daemon, settings,
         killed_and_back, put_back, ends)


def main():
    given = options(__doc__.splitlines()[0], ("--seed", {"type": int}))
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    left = {"rng": random.Random(seed)}
    with Gateway(given.bin) as g:
        for part in STEPS:
            part(g, left)
            step(part.__name__)


if __name__ == "__main__":
    run(main)
