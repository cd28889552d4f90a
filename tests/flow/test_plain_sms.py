#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plain texts by SMS, through the real programs: in posture protected those of monitors who were
allowed to, in open everybody's. Whose they are, what becomes of them, and what leaves a question open.
docs/decisions/0058-plain-texts-by-sms.md.

    test_plain_sms.py --bin BUILD_DIR
"""
import datetime

from at_gateway import AtGateway
from gateway import Steps, expect, expect_in, options, run
from modem_emulator import pdu

step = Steps()
NOW = datetime.datetime.now(datetime.timezone.utc)
ALDER, BIRCH, CEDAR, STRANGER, OTHER = ("+254701000111", "+254702000222", "+254704000444",
                                        "+254703000333", "+254705000555")
NO_PLAIN = "plain text is not accepted"
AN_HOUR = 20  # texts of one sender are read as reports
# 39 letters and digits, the length of a hand-copied sealed message.
LIKE_SEALED = "KIL 101 n3 s5 c4 a1\nMAS 102 n4 s6 c3 a2\nKIL 103 n55 s5"
UNSURE = "KIL 101 n3 s5 c4 a1\nMAS 102 n4 s6 c3 a2\nKIL 999 n55 s5"  # there is no place 999


class Texts:
    def __init__(self, g):
        self.g = g
        self.count = 0

    def __call__(self, text, number=ALDER):
        """Deliver it; the rows that it made, part by part."""
        before = {r["seq"] for r in self.g.inbox()}
        self.deliver(text, number)
        self.wait()
        return [r for r in self.g.inbox() if r["seq"] not in before]

    def deliver(self, text, number):
        self.count += 1
        self.g.deliver(text, number, NOW - datetime.timedelta(seconds=self.count))  # none comes twice

    def long(self, text, sender, affected):
        """In several messages, the last one first; who the reports are of, and that there is one text."""
        before = {r["seq"] for r in self.g.inbox()}
        parts = pdu.parts(text, sender, reference=self.count % 256, when=NOW)
        for part in reversed(parts):
            self.g.emulator.deliver(pdu=part)
        self.count += len(parts)
        self.wait()
        rows = [r for r in self.g.inbox() if r["seq"] not in before]
        expect([(r["affected"], r["pseudonym"]) for r in rows], [(n, "Alder 3") for n in affected], "a long text")
        expect((len({r["seq"] for r in rows}), rows[0]["raw"]), (1, text), "its words, once")

    def wait(self):
        self.g.wait_texts(self.count)

    def one(self, text, number=ALDER):
        rows = self(text, number)
        expect(len(rows), 1, f"rows of {text!r}")
        return rows[0]

    def unreadable(self, text, words, sender=ALDER, whose=""):
        row = self.one(text, sender)
        expect((row["readable"], row["pseudonym"], row["raw"]), (False, whose, text), f"{text!r}, unreadable")
        expect_in(words, row["reason"], f"why {text!r} is unreadable")
        expect_in(words.split()[0], self.g.command("inbox", "--unreadable", "--limit", 3).out, "the inbox")
        return row

    def report(self, text, whose, sender=ALDER, **fields):
        row = self.one(text, sender)
        expect((row["readable"], row.get("reason")), (True, None), f"{text!r}, a report")
        expect((row["plain"], row["pseudonym"], row["counted"]), (True, whose, True), f"{text!r}, a report")
        for name, value in fields.items():
            expect(row[name], value, f"{name} of {text!r}")
        return row


def enrol(g, name, number=None, place=101):
    words = ("--number-file", g.file("number", number + "\n")) if number else ()
    g.enrol(name, place, *words, deliver=False)


def allow(g, name, reason="no phone for the app", *more, code=0):
    return g.command("plain", "allow", name, "--yes", "--reason-file", g.file("reason", reason + "\n"),
                     *more, code=code)


def not_yet(g, t):
    step("protected: nobody's plain text is read")
    t.unreadable("KIL 101 n3", NO_PLAIN)
    enrol(g, "Cedar 2")
    expect_in("keeps no numbers", allow(g, "Cedar 2", code=1).err, "allowing it where no numbers are kept")
    g.choose("keep-numbers", "on")
    enrol(g, "Alder 3", ALDER)
    t.unreadable("KIL 101 n4", NO_PLAIN)
    for reason in ("", "x" * 128):
        allow(g, "Alder 3", reason, code=1)
    expect(g.roster()["Alder 3"]["plain"], False, "whether she may, without a good reason")
    t.unreadable("KIL 101 n5", NO_PLAIN)


def allowed(g, t):
    step("protected: one who is allowed to")
    allow(g, "Alder 3")
    allow(g, "Cedar 2", "her own", "--number-file", g.file("number", CEDAR + "\n"))
    mine = g.roster()["Alder 3"]
    expect((mine["plain"], mine["plain_reason"]), (True, "no phone for the app"), "the roster")
    t.report("KIL 101 n3", "Alder 3", kind=1, place=101, affected=3, number=None, note="", slot=mine["slot"])
    expect_in("PLAIN", g.command("inbox", "--limit", 1).out, "how the inbox marks it")
    t.report("MAS 102 3-5 people", "Alder 3", ALDER.replace("+254", "0"), kind=2, affected=3,
             upper=5)
    t.report("KIL 103", "Cedar 2", CEDAR)
    t.unreadable("KIL 101 n3", NO_PLAIN, STRANGER)
    t.long("KIL 105 n51 s5; MAS 106 n52; LOO 104 n53 " + "please " * 14, ALDER, [51, 52, 53])
    g.close()
    t.deliver("LOO 104 n7", ALDER)
    t.wait()
    g.unlock()
    row = g.inbox()[-1]
    expect((row["pseudonym"], row["kind"], row["affected"]), ("Alder 3", 21, 7), "what came while ARMED")


def questions(g, t):
    step("protected: what leaves a question open")
    row = t.unreadable("KOL 101 n3", "one slip away", whose="Alder 3")
    expect(row.get("kind") or 0, 0, "the kind of a near code")
    t.unreadable("KIL n3", "no place is given", whose="Alder 3")
    t.unreadable("KIL 999", "no place has this number", whose="Alder 3")
    t.unreadable("hello how are you", "no kind of report is named", whose="Alder 3")
    row = t.report("KIL 105 n3 MSA 102 n4", "Alder 3", kind=1, place=105)
    expect(row["parts"], 1, "reports of a text of which one is open")
    expect_in("question", " ".join(row["review_words"]), "its mark")
    row = t.report("KIL 105 n3 please hurry", "Alder 3", kind=1)
    expect_in("not read", " ".join(row["review_words"]), "the mark of what was left out")
    row = t.report("KIL 1O5 n8", "Alder 3", place=105)
    expect_in("look like", " ".join(row["review_words"]), "the mark of what was repaired")
    t.unreadable(LIKE_SEALED, "40 characters")


def again(t):
    step("protected: the same words within two hours")
    t.report("BUR 106 n2", "Alder 3")
    expect(t("BUR 106 n2"), [], "rows of the same words again")
    t.report("BUR 106 n3", "Alder 3")


def too_many(g, t):
    step("protected: one text too many")
    enrol(g, "Birch 1", BIRCH)
    allow(g, "Birch 1")
    for n in range(AN_HOUR + 1):
        t.deliver(f"KIL 101 n{n + 20}", BIRCH)
        t.wait()
    mine = [r for r in g.inbox() if r["pseudonym"] == "Birch 1" and r["readable"]]
    expect([r["affected"] for r in mine], list(range(20, 20 + AN_HOUR)), "reports of one hour")
    last = g.inbox()[-1]
    expect((last["readable"], last["raw"]), (False, f"KIL 101 n{20 + AN_HOUR}"), "the next one, kept")
    expect_in("too many", last["reason"], "why")
    t.report("KIL 101 n99", "Cedar 2", CEDAR)


def locked(g, t):
    step("protected: while LOCKED, and when she no longer may")
    g.lock()
    t.deliver("SEX 104 n1", ALDER)
    t.wait()
    g.unlock()
    row = g.inbox()[-1]
    expect((row["readable"], row["pseudonym"], row["raw"]), (False, "", "SEX 104 n1"), "what came while LOCKED")
    expect_in(NO_PLAIN, row["reason"], "why it is nobody's")
    own_places(g, t)
    g.command("plain", "forbid", "Alder 3")
    t.unreadable("KIL 101 n61", NO_PLAIN)
    expect(g.roster()["Alder 3"]["plain"], False, "the roster")
    t.report("KIL 101 n62", "Cedar 2", CEDAR)


def own_places(g, t):
    g.command("own-places", "Cedar 2", "--file", g.file("places", "07 102\n12 Stone Gate\n"))
    t.report("KIL 07 n41", "Cedar 2", CEDAR, place=102)
    t.report("KIL 12 n42", "Cedar 2", CEDAR, place=106)
    t.report("KIL 103 n43", "Cedar 2", CEDAR, place=103)
    t.unreadable("KIL 08 n44", "no place has this number", CEDAR, "Cedar 2")


def opened(g, t):
    step("open: everybody's")
    g.choose("posture", "open")
    g.choose("answers", "none")
    t.report("KIL 201 n3", "", STRANGER, kind=1, slot=None)
    t.report("KIL 201 n3", "", OTHER)
    t.report("MAS 201 n71", "Alder 3", ALDER)
    t.report("٠١٣ ١٠١ ٢٠ ٧٥", "Alder 3", ALDER, kind=1, place=101, affected=75)
    t.report("\u200fKIL\u200e 101 \u00a076 morts", "", STRANGER, kind=1, place=101, affected=76)
    t.unreadable("KOL 101 n3", "one slip away", OTHER)
    rows = t(LIKE_SEALED, OTHER)
    expect([(r["kind"], r["place"], r["part"], r["parts"]) for r in rows],
           [(1, 101, 1, 3), (2, 102, 2, 3), (1, 103, 3, 3)], "a text of the length of a sealed one")
    t.unreadable(UNSURE, "40 characters", OTHER)
    g.lock()
    t.deliver("BUR 202 n72", ALDER)
    t.deliver("BUR 203 n73", STRANGER)
    t.wait()
    g.unlock()
    rows = {r["affected"]: r["pseudonym"] for r in g.inbox() if r["readable"]}
    expect((rows[72], rows[73]), ("Alder 3", ""), "what came while LOCKED")
    g.command("revoke", "--yes", "Alder 3")
    t.report("MAS 203 n74", "", ALDER)


def back(g, t):
    step("protected again")
    g.choose("posture", "protected")
    t.unreadable("KIL 201 n81", NO_PLAIN, STRANGER)
    t.report("KIL 101 n82", "Cedar 2", CEDAR)
    before = g.inbox()
    g.lock()
    g.unlock()
    expect(g.inbox(), before, "everything, after it was locked and opened")


def main():
    given = options(__doc__.splitlines()[0])
    with AtGateway(given.bin) as g:
        g.start()
        g.unlock()
        t = Texts(g)
        not_yet(g, t)
        allowed(g, t)
        questions(g, t)
        again(t)
        too_many(g, t)
        locked(g, t)
        opened(g, t)
        back(g, t)
        g.stop()


run(main)
