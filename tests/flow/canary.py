#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The canary: run the gateway with marked numbers, texts, names and keys, then search everything
that it leaves anywhere for them. Nothing may be found.

    canary.py --bin BUILD_DIR

Searched, at each stage: every octet of every file in the gateway's folders (database, -wal, anchor,
settings, run folder), the log, TMPDIR, the working folder, files that appeared in the machine's
temporary folders, and the arguments and environments of the processes; the memory of core after
`close` and after `lock`. Not searched: the dummy modem's folder, which stands for the SIM card, the
monitors' devices, and the books that this test wrote for `init`.

Before that it is proved that the search finds a planted marker in each of these places, and that
the keys searched for are the right ones (the published vectors).
"""
import base64
import os
import secrets
import shutil
import signal
import sqlite3
import string
import subprocess
import sys

from gateway import Failure, Gateway, expect, options, run, smsfile, wait_for
from hunt import (CHUNK, Hunt, Needles, hunt_file, hunt_folder, hunt_memory, hunt_processes, septets,
                  step)
import ew1

LETTERS = string.ascii_uppercase + string.digits
MESSAGES = 16      # numbers of each monitor whose keys are searched for
BOOKS = ("label of a book", "words of a book")
ARMED_HOLDS = BOOKS + ("pk_m", "ss")


def marked(length):
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def some_number():
    return "+2547" + "".join(secrets.choice(string.digits) for _ in range(8))


# --- does the search find anything at all? ---

def plant(path, octets):
    """At the beginning, across a page's end, and at the end of the file."""
    with open(path, "r+b") as f:
        size = f.seek(0, os.SEEK_END)
        for at in (0, max(0, 4096 - len(octets) // 2), size):
            f.seek(at)
            f.write(octets)


def prove_files(g, needles, forms):
    """In a copy of each file that there is, each form; in a row of the database; in a name."""
    decoy = os.path.join(g.folder, "decoy")
    for path in (g.own, g.tmp, g.cwd):
        shutil.copytree(path, os.path.join(decoy, os.path.basename(path)),
                        ignore=shutil.ignore_patterns("control"))
    shutil.copy(g.log_path, decoy)
    for where in ("tmp", "cwd", "g/run"):
        open(os.path.join(decoy, where, "some.file"), "wb").close()
    expect(hunt_folder(needles, decoy), [], "found in a copy before anything was planted")
    count = 0
    for where, _, names in os.walk(decoy):
        for name in names:
            path = os.path.join(where, name)
            with open(path, "rb") as f:
                whole = f.read()
            for form in forms if len(whole) < CHUNK else forms[:2]:
                plant(path, form)
                if not hunt_file(needles, path):
                    raise Failure(f"the search misses {form!r} in {path}")
                with open(path, "wb") as f:
                    f.write(whole)
                count += 1
    db = sqlite3.connect(os.path.join(decoy, "g", "state", "tocsin.db"))
    db.execute("INSERT INTO meta(key, value) VALUES(?, 1)", ("planted " + forms[0].decode(),))
    db.commit()
    if not hunt_folder(needles, os.path.join(decoy, "g", "state")):
        raise Failure("the search misses a marker in a row of the database")
    db.close()
    shutil.rmtree(decoy)
    os.makedirs(os.path.join(decoy, "x" + forms[0].decode()))
    if not hunt_folder(needles, decoy):
        raise Failure("the search misses a marker in a name")
    shutil.rmtree(decoy)
    return count


def prove_processes(needles, marker):
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    for argv, env in ((sleep + [marker], {}), (sleep, {"X": marker})):
        with subprocess.Popen(argv, env={**os.environ, **env}) as p:
            try:  # the kernel shows both a moment after exec(2)
                wait_for(lambda: hunt_processes(needles, [p.pid]),
                         "the search to find a marker in arguments and environment", 5)
            finally:
                p.kill()


def prove_memory(needles, marker):
    hold = "import sys, time; kept = sys.stdin.readline(); print(flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as p:
        try:
            p.stdin.write(marker.encode() + b"\n")
            p.stdin.flush()
            p.stdout.readline()
            found = hunt_memory(needles, p.pid)
            if found is not None and not found:
                raise Failure("the search misses a marker in a process's memory")
        finally:
            p.kill()


def prove(g):
    """With needles of their own, so that nothing planted can be taken for a leak."""
    marker, number = marked(20), some_number()
    key = secrets.token_bytes(32)
    needles = Needles()
    needles.text("planted text", marker)
    needles.number("planted number", number)
    needles.key("planted key", key)
    swapped = "".join(number[i + 1] + number[i] for i in range(1, len(number), 2))
    forms = [marker.encode(), key, marker.lower().encode(), marker.encode("utf-16-be"),
             marker.encode().hex().upper().encode(), number.encode(), number[1:].encode(),
             swapped.encode(), bytes.fromhex(swapped), number.encode("utf-16-be").hex().encode(),
             key[:16], key[16:], key.hex().encode(), ew1.base32_encode(key).encode(),
             septets(marker), base64.b64encode(key)]
    count = prove_files(g, needles, forms)
    prove_processes(needles, marker)
    prove_memory(needles, marker)
    step(f"the search finds what is planted: {count} plants in files, rows, names, processes, memory")


# --- the flow ---

class MarkedGateway(Gateway):
    """With books of its own, marked; and everything marked that a person gives."""

    def __init__(self, bin_dir):
        number = some_number()
        super().__init__(bin_dir, passphrase=marked(24), number=number)
        self.needles = Needles()
        self.needles.number("sender's number", number)
        self.long_number = some_number()
        self.needles.number("number of a part's sender", self.long_number)
        self.references = 0
        self.needles.text("passphrase", self.passphrase)
        books = os.path.join(self.folder, "books")
        os.mkdir(books)
        self.codebook = self.mark_book(books, self.codebook, "Killing")
        self.places = self.mark_book(books, self.places, "Upper Alder")
        for words in ("Somebody was killed on purpose", "Atrocity early warning", "Birch Crossing"):
            self.needles.text("words of a book", words)

    def mark_book(self, folder, path, label):
        mark = marked(16)
        copy = os.path.join(folder, os.path.basename(path))
        with open(path) as source, open(copy, "w") as f:
            text = source.read()
            assert text.count(f'"{label}"') == 1
            f.write(text.replace(f'"{label}"', f'"{mark}"'))
        self.needles.text("label of a book", mark)
        return copy

    def note(self):
        mark = marked(20)
        self.needles.text("note", mark)
        return mark

    def plain(self):
        """Not GSM 03.38's alone: half of them are UCS-2."""
        mark = marked(30)
        self.needles.text("plain text", mark)
        return mark + secrets.choice(("", " ق"))

    def wrong_passphrase(self):
        mark = marked(24)
        self.needles.text("wrong passphrase", mark)
        self.command("unlock", passphrase=mark, code=1)

    def marked_monitor(self, place=101):
        name = marked(12)
        self.needles.text("pseudonym", name)
        monitor = self.enrol(name, place)
        self.needles.text("enrolment text", monitor.enrolment[4:])
        e = ew1.Enrolment(monitor.enrolment, MESSAGES)
        self.needles.key("M and its neighbours", ew1.base32_decode(monitor.enrolment[4:])[44:])
        for key, octets in e.secrets().items():
            self.needles.key(key, octets)
        return monitor

    def send(self, monitor, *options):
        text = monitor.report("KIL", 101, "--note", self.note(), *options)
        self.needles.wire("sealed text", text)
        self.deliver(text)

    def some_of_everything(self, monitor):
        """A report, plain text, a part that stays alone, a long message, 8-bit data; then until all
        is kept."""
        kept = self.status()["kept"]
        self.send(monitor, "--duress")
        self.deliver(self.plain())
        self.deliver(self.plain(), udh=bytes.fromhex("050003AB0201"))
        self.references += 1
        for place in (2, 1):
            self.wait_texts(kept)
            self.deliver(self.plain(), self.long_number, udh=bytes((5, 0, 3, self.references, 2, place)))
        smsfile.put(self.device, smsfile.section(self.plain().encode(), self.number))
        self.wait_texts(kept + 6)

    def marked_number(self, name):
        number = some_number()
        self.needles.number(name, number)
        path = os.path.join(self.folder, "books", name)
        with open(path, "w") as f:
            f.write(number + "\n")
        os.chmod(path, 0o600)
        return path

    def marked_text(self):
        mark = marked(30)
        self.needles.text("sent text", mark)
        path = os.path.join(self.folder, "books", "sent text")
        with open(path, "w") as f:
            f.write(mark)
        return path

    def write_to(self, *whom):
        self.command("send", *whom, "--text-file", self.marked_text(), "--yes")

    def keep_a_number(self):
        """Switched on, a monitor with her number, a text to her; and one to a number that is typed."""
        self.command("setting", "keep-numbers", "on", "--yes")
        name = marked(12)
        self.needles.text("pseudonym", name)
        self.enrol(name, 101, "--number-file", self.marked_number("kept number"), deliver=False)
        self.write_to(name)
        self.write_to("--number-file", self.marked_number("typed number"))
        self.command("outbox")
        self.command("setting")

    def let_text_plain(self, hunt):
        """A monitor who may text plain for a while, and does: then her number leaves core's memory too."""
        name, number = marked(12), self.marked_number("plain texter's number")
        self.needles.text("pseudonym", name)
        self.enrol(name, 101, deliver=False)
        self.command("vet", name, code=2)  # there is no terminal to ask at
        self.command("plain", "allow", name, "--reason-file", self.marked_text(), "--number-file", number, "--yes")
        before = self.status()["kept"]
        with open(number) as f:
            self.deliver("KIL 101", f.read().strip())
        self.wait_texts(before + 1)
        [row] = [r for r in self.inbox() if r["plain"]]
        expect((row["pseudonym"], row["kind"]), (name, 1), "a plain text")
        hunt("OPEN, a plain text read")
        self.command("plain")
        self.command("plain", "forbid", name)

    def wait_outbox(self):
        """Until nothing waits or is being sent."""
        wait_for(lambda: not {r["state"] for r in self.rows("outbox")} & {"queued", "sending"},
                 "the outbox to be empty")

    def look_at_all(self):
        """What a coordinator does; the rows are those that were sent."""
        rows = self.inbox()
        self.command("inbox")
        self.command("roster")
        self.command("status")
        return rows


def flow(g, hunt):
    """Every state, every passage between two, every kind of text in each."""
    g.start()
    g.wrong_passphrase()
    hunt("LOCKED, new")
    g.unlock()
    first, second = g.marked_monitor(), g.marked_monitor(102)
    g.some_of_everything(first)
    rows = g.look_at_all()
    expect(sum(r["readable"] for r in rows), 3, "reports while OPEN")
    hunt("OPEN")
    hunt.memory("OPEN", ARMED_HOLDS + ("note", "pseudonym", "plain text"),
                set(g.needles.forms.values()))
    g.keep_a_number()
    g.look_at_all()
    hunt("OPEN, written to monitors")
    g.let_text_plain(hunt)
    g.wait_outbox()
    g.close()
    hunt.memory("ARMED again", ARMED_HOLDS)
    g.some_of_everything(second)
    hunt("ARMED")
    hunt.memory("ARMED, texts read", ARMED_HOLDS)
    g.lock()
    hunt.memory("LOCKED again")
    g.some_of_everything(first)
    g.wrong_passphrase()
    hunt("LOCKED, texts parked")
    os.kill(g.roles()["tocsin-core"], signal.SIGKILL)
    g.wait_roles()
    g.wait_ready()
    hunt("LOCKED, core killed")
    g.arm()
    hunt("ARMED, parked texts read")
    g.restart()
    g.unlock()
    g.write_to("--number-file", g.marked_number("typed number"))
    g.command("revoke", "--yes", second.name)
    g.some_of_everything(second)
    rows = g.look_at_all()
    expect(sum(r["readable"] for r in rows), 6, "reports at the end")
    hunt("OPEN, one revoked")
    g.lock()
    hunt.memory("LOCKED at the end")
    g.stop()
    hunt("stopped")


def main():
    given = options(__doc__.splitlines()[0])
    ew1.check()
    with MarkedGateway(given.bin) as g:
        g.start()
        g.stop()
        prove(g)
        flow(g, Hunt(g, g.needles))
        print(f"{len(g.needles.forms)} forms of {len(set(g.needles.forms.values()))} kinds searched for")


if __name__ == "__main__":
    run(main)
