#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a coordinator decides about a monitor, through the real programs at a terminal: the vetting mark and its
date, leave to text plain, her own numbers for places. What is answered by n changes nothing, and no number or
reason stands in an argument; all of it holds after a restart. What is refused where the gateway is not open for it.

    test_people.py --bin BUILD_DIR
"""
import contextlib
import datetime
import os
import sqlite3

import test_init
from gateway import Gateway, Steps, expect, expect_in, options, run

step = Steps()
KEPT, TYPED = "+254733987654", "+254 (700) 123-456"


class Office(Gateway):
    def asks(self, words, *answers, code=0):
        """A command at a terminal: (question, answer) in their order. What was shown, its blanks as one."""
        os.environ.update(self.env)
        terminal = test_init.Terminal(self.cwd, self.program("tocsin"), "-c", self.conf, *words)
        for question, text in answers:
            terminal.answer(question, text)
        expect(terminal.end(), code, f"exit code of {words}: {terminal.seen}")
        expect(test_init.failures, 0, "failures at the terminal")
        return " ".join(terminal.seen.split())

    def same(self, act):
        """It changes nothing in the journal."""
        before, rows = self.status()["events"], self.roster()
        said = act()
        expect((self.status()["events"], self.roster()), (before, rows), "events and roster")
        return said


def vetting(g):
    step("a mark with a date that only the machine tells is asked about")
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    row = g.roster()["heron"]
    expect((row["vetted"], row["vetted_since"]), (False, None), "before")
    said = g.same(lambda: g.asks(["vet", "heron"], ("(y/n) ", "n"), code=1))
    expect_in("Only this machine's clock says", said, "the question")
    expect_in("tocsin unlock", said, "what to do")
    expect_in("leave out --yes", g.same(lambda: g.command("vet", "heron", "--yes", code=1)).err, "--yes")
    said = g.asks(["vet", "heron"], ("(y/n) ", "y"))
    expect_in("30 days", said, "what it means")
    since = g.roster()["heron"]["vetted_since"]
    expect(since >= today, True, f"vetted since {since}, today is {today}")
    expect_in("vetted already, since " + since[:10], g.same(lambda: g.command("vet", "heron")).out, "again")
    expect_in("no active monitor", g.same(lambda: g.command("vet", "nobody", "--yes", code=1)).err, "nobody")
    g.same(lambda: g.asks(["vet", "--withdraw", "heron"], ("(y/n) ", "n"), code=1))
    g.asks(["vet", "--withdraw", "heron"], ("(y/n) ", "y"))
    expect(g.roster()["heron"]["vetted"], False, "after it was withdrawn")
    step("with a date that a coordinator confirmed --yes is enough")
    g.command("unlock", "--date", datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M"),
              passphrase=g.passphrase)
    expect_in("The mark will have the date", g.command("vet", "heron", "--yes").out, "the date")


def plain(g):
    step("leave to text plain needs kept numbers, a reason and a number")
    expect_in("keeps no numbers", g.same(lambda: g.command("plain", "allow", "heron", "--yes", code=1)).err, "off")
    g.command("setting", "keep-numbers", "on", "--yes")
    g.same(lambda: g.asks(["plain", "allow", "heron"], ("no names) ", ""), code=1))
    g.same(lambda: g.asks(["plain", "allow", "heron"], ("no names) ", "no device"), ("phone number: ", "12345"), ("(y/n) ", "y"),
                          code=1))
    g.same(lambda: g.asks(["plain", "allow", "heron"], ("no names) ", "no device"), ("phone number: ", TYPED), ("(y/n) ", "n"),
                          code=1))
    said = g.asks(["plain", "allow", "heron"], ("no names) ", "no device"), ("phone number: ", TYPED), ("(y/n) ", "y"))
    for words in ("the operator reads it", "never answered", "in its memory", "heron may text plain now"):
        expect_in(words, said, "what was said")
    expect_in("already", g.same(lambda: g.command("plain", "allow", "heron")).out, "again")
    expect(g.rows("plain"), [{"pseudonym": "heron", "reason": "no device"}], "who may")
    step("another monitor's number is not hers too; who has one kept is asked for none")
    g.enrol("ibis", 101, "--number-file", g.file("kept", KEPT), deliver=False)
    number, why = g.file("same", "0700123456"), g.file("why", "her phone is old\n")
    refused = g.same(lambda: g.command("plain", "allow", "ibis", "--reason-file", why, "--number-file", number, "--yes",
                                       code=1))
    expect_in("another monitor is known by that number", refused.err, "the same number")
    g.asks(["plain", "allow", "ibis"], ("no names) ", "her phone is old"), ("(y/n) ", "y"))
    expect([row["pseudonym"] for row in g.rows("plain")], ["heron", "ibis"], "who may")
    g.command("plain", "forbid", "ibis")
    expect_in("may not text plain", g.same(lambda: g.command("plain", "forbid", "ibis")).out, "again")


def own_places(g):
    step("her own numbers for places: each wrong line is told, and sets nothing")
    wrong = g.file("wrong", "07 101\n7 102\n07 102\n08 Nowhere\n")
    said = g.same(lambda: g.command("own-places", "heron", "--file", wrong, code=1)).err
    for line in (2, 3, 4):
        expect_in(f"{wrong}:{line}: ", said, "the faults")
    right = g.file("right", "# hers\n07 101\n00 Lower Alder # by its name\n")
    expect_in("shows where she works", g.command("own-places", "heron", "--file", right).out, "what it means")
    rows = [(r["number"], r["place"]) for r in g.rows("own-places", "heron")]
    expect(rows, [(0, 102), (7, 101)], "her numbers")
    g.same(lambda: g.asks(["own-places", "heron", "--none"], ("(y/n) ", "n"), code=1))
    g.enrol("crane", 101, "--own-places", right, deliver=False)
    expect(g.roster()["crane"]["own_places"], 2, "of who was enrolled with them")
    g.asks(["own-places", "crane", "--none"], ("(y/n) ", "y"))
    expect(g.rows("own-places", "crane"), [], "taken away")


def after_a_restart(g):
    step("after a restart it is the same")
    before = g.roster()
    expect((before["heron"]["vetted"], before["heron"]["plain"], before["heron"]["own_places"]), (True, True, 2), "heron")
    g.restart()
    g.unlock()
    expect(g.roster(), before, "the roster")
    expect_in("is what this gateway wrote", g.command("journal", "verify").out, "the journal")


def refused(g, words):
    """Nothing is decided, written down or put in force, and each refusal says the same."""
    told, list_of_hers = g.file("told", "KIL 101\n"), g.file("hers", "07 101\n")
    for act in (("report", "--text-file", told, "--yes"), ("plain", "forbid", "heron"), ("vet", "--withdraw", "heron", "--yes"),
                ("own-places", "heron", "--file", list_of_hers, "--yes"), ("setting", "answers", "neutral", "--yes"),
                ("codebook", "activate", g.file("newer", open(g.codebook, encoding="utf-8").read().replace(
                    "version = 1;", "version = 2;")))):
        before = g.status(code=None)["events"]
        expect_in(words, g.command(*act, code=1).err, f"{act}")
        expect(g.status(code=None)["events"], before, f"events after {act}")


def closed(g):
    """The gateway is not OPEN, or only for reading."""
    step("LOCKED and ARMED nothing is decided")
    g.lock()
    refused(g, "the gateway is LOCKED: give the passphrase with 'tocsin unlock'")
    g.arm()
    refused(g, "the gateway is ARMED: to read, give the passphrase with 'tocsin unlock'")
    step("nor where it was changed while locked")
    g.stop()
    with contextlib.closing(sqlite3.connect(os.path.join(g.state, "tocsin.db"))) as db, db:
        db.execute("UPDATE state SET blob = zeroblob(length(blob)) WHERE node >= 64")
    g.start()
    g.unlock()
    refused(g, "open for reading only, until 'tocsin restore --own'")
    expect_in("tocsin restore --own", " ".join(g.status(code=3)["wrong"]), "what status says")


def main():
    given = options(__doc__.splitlines()[0])
    with Office(given.bin) as g:
        g.start()
        g.unlock()
        g.enrol("heron", 101, deliver=False)
        vetting(g)
        plain(g)
        own_places(g)
        after_a_restart(g)
        closed(g)
        g.stop()


if __name__ == "__main__":
    run(main)
