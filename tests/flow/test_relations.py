#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a message is to an earlier one, through the real programs: each relation through profile X by
tocsin-compose, as a plain text in posture open, and as a coordinator writes it down. What the inbox
and the roster show, and what is counted, is the table of
docs/decisions/0059-acts-on-earlier-reports.md; the same after the gateway was locked and opened.

    test_relations.py --bin BUILD_DIR
"""
from at_gateway import AtGateway
from gateway import Steps, expect, expect_in, options, run

step = Steps()
NEW, CORRECTION, FOLLOW_UP, CANCEL, ALL_CLEAR, HEARTBEAT, DRILL, COVER, PLACE = range(9)
KIL, MAS, MOV, LOO = 1, 2, 8, 21
NUMBERS = {"Alder 3": "+254701000111", "Birch 1": "+254702000222"}
STRANGER = "+254703000333"
# What other messages say of a report, where nothing says anything.
QUIET = {"corrected_by": None, "cancelled_by": None, "cleared_by": None, "follow_ups": 0}


def marks(row):
    """None where nothing was said, whether that is written as null or as 0."""
    return {name: (row[name] or QUIET[name]) for name in QUIET}


def see(row, words, counted, **said):
    """said: what is marked at it, and fields of its own."""
    expect(row["counted"], counted, f"{words}: whether it is counted")
    expect(marks(row), {**QUIET, **{k: v for k, v in said.items() if k in QUIET}}, f"{words}: its marks")
    for name, value in said.items():
        if name not in QUIET:
            expect(row[name], value, f"{words}: its {name}")


class Sealed:
    """A monitor's messages, by their numbers."""

    def __init__(self, g, name):
        self.g, self.name = g, name
        self.monitor = g.enrol(name)
        self.texts = 1  # the first message

    def say(self, *options):
        """Make a message; its number and its text."""
        text = self.monitor.report(*options)
        return self.monitor.number, text

    def tell(self, *options):
        number, text = self.say(*options)
        self.g.deliver(text)
        return number

    def about(self, relation, number, *options, kind="-", place="-"):
        return self.tell(kind, place, "--relation", relation, "--refers", number, *options)

    def row(self, number):
        found = [r for r in self.g.inbox() if r["pseudonym"] == self.name and r["number"] == number]
        expect(len(found), 1, f"rows of message {number} of {self.name}")
        return found[0]

    def seq(self, number):
        return self.row(number)["seq"]


def seen(g):
    """What the inbox shows to who asks for nothing."""
    return g.rows("inbox", "--limit", 1000)


def total(g):
    """Rows of the inbox that are counted, by kind and place."""
    counted = {}
    for row in g.inbox():
        if row["readable"] and row["counted"]:
            what = (row["kind"], row["place"])
            counted[what] = counted.get(what, 0) + 1
    return counted


def sealed_each(g, a, b):
    step("profile X: each relation")
    kil = a.tell("KIL", 101, "--affected", 3, "--severity", 5)
    fixed = a.about("correction", kil, "--affected", 8)
    mas = a.tell("MAS", 102)
    first, second = a.about("follow-up", mas, "--affected", 40), a.about("follow-up", mas)
    mov = a.tell("MOV", 103)
    gone = a.about("cancel", mov, kind="MOV", place=103)
    loo = a.tell("LOO", 104)
    clear = a.about("all-clear", loo)
    drill = a.tell("KIL", 105, "--relation", "drill")
    place = a.tell("-", 106, "--relation", "place")
    for word in ("heartbeat", "cover"):
        g.deliver(a.monitor.compose(word))
    # Another's number of the same size, which means a report of her own that is not there.
    for _ in range(loo):
        b.monitor.compose("cover")
    strange = b.about("cancel", loo, kind="LOO", place=104)
    g.wait_texts(2 + 11 + 2 + 1)

    see(a.row(kil), "new, corrected", False, corrected_by=a.seq(fixed), kind=KIL, affected=3)
    see(a.row(fixed), "correction", True, kind=KIL, place=101, affected=8, severity=5,
        relation=CORRECTION, about=a.seq(kil))
    see(a.row(mas), "new, followed", True, follow_ups=2)
    for n in (first, second):
        see(a.row(n), "follow-up", False, kind=MAS, place=102, relation=FOLLOW_UP, about=a.seq(mas))
    see(a.row(mov), "new, cancelled", False, cancelled_by=a.seq(gone))
    see(a.row(gone), "cancel", False, relation=CANCEL, about=a.seq(mov))
    see(a.row(loo), "new, all clear", True, cleared_by=a.seq(clear))
    see(a.row(clear), "all-clear", False, kind=LOO, place=104, relation=ALL_CLEAR, about=a.seq(loo))
    see(a.row(drill), "drill", False, relation=DRILL, kind=KIL, place=105)
    see(a.row(place), "place confirm", False, relation=PLACE, place=106)
    expect(b.row(strange)["about"] or 0, 0, "what a stranger's cancel means")
    expect(total(g), {(KIL, 101): 1, (MAS, 102): 1, (LOO, 104): 1}, "what is counted")
    quiet(g, a, place)
    return kil


def quiet(g, a, place):
    """Signs of life: in the roster, and in the inbox only if they are asked for."""
    alive = [r["relation"] for r in g.inbox() if r["pseudonym"] == a.name
             and r["relation"] in (HEARTBEAT, COVER)]
    expect(sorted(alive), [HEARTBEAT, HEARTBEAT, COVER], "signs of life that are asked for")
    expect([r for r in seen(g) if r["relation"] in (HEARTBEAT, COVER)], [], "signs of life in the inbox")
    mine = g.roster()[a.name]
    expect((mine["messages"], mine["highest"]), (a.monitor.number, a.monitor.number),
           "messages and highest number in the roster")
    expect((mine["place"], mine["said_place"], mine["said_place_label"]), (101, 106, "Stone Gate"),
           "the place that she calls hers")
    expect(mine["said"], a.row(place)["arrival"], "when she said it")
    expect_in("Stone Gate", g.command("roster").out, "the roster, for people")
    for words in ("DRILL: an exercise, not counted", "CORRECTED by", "CANCELLED by", "all clear by", "2 follow-ups"):
        expect_in(words, g.command("inbox").out, "the inbox, for people")


def out_of_order(g, a):
    step("profile X: what refers comes before what it means")
    before = total(g)
    texts = g.status()["kept"]
    new, new_text = a.say("MAS", 201, "--affected", 3)
    fixed, fixed_text = a.say("MAS", 202, "--relation", "correction", "--refers", new)
    other, other_text = a.say("LOO", 203)
    gone, gone_text = a.say("LOO", 203, "--relation", "cancel", "--refers", other)
    third, third_text = a.say("MOV", 204)
    follow, follow_text = a.say("MOV", 204, "--relation", "follow-up", "--refers", third)
    for text in (fixed_text, gone_text, follow_text):
        g.deliver(text)
    g.wait_texts(texts + 3)
    see(a.row(fixed), "correction of what is not here", True, kind=MAS, place=202)
    see(a.row(gone), "cancel of what is not here", False)
    see(a.row(follow), "follow-up of what is not here", True, kind=MOV)
    for text in (new_text, other_text, third_text):
        g.deliver(text)
    g.wait_texts(texts + 6)
    see(a.row(new), "new, after its correction", False, corrected_by=a.seq(fixed))
    expect_in("far from", " ".join(a.row(new)["review_words"]), "the mark of a place in another district")
    see(a.row(fixed), "correction, before what it means", True, affected=3, place=202, about=a.seq(new))
    see(a.row(other), "new, after its cancel", False, cancelled_by=a.seq(gone))
    see(a.row(gone), "cancel, before what it means", False, about=a.seq(other))
    see(a.row(third), "new, after its follow-up", True, follow_ups=1)
    see(a.row(follow), "follow-up, before what it means", False, about=a.seq(third))
    expect(total(g), {**before, (MAS, 202): 1, (MOV, 204): 1}, "what is counted")


def two_of_them(g, a, kil):
    step("profile X: two corrections, the higher number first; then a cancel of all")
    texts = g.status()["kept"]
    low, low_text = a.say("KIL", 101, "--relation", "correction", "--refers", kil, "--affected", 9)
    high, high_text = a.say("-", "-", "--relation", "correction", "--refers", kil, "--affected", 11)
    g.deliver(high_text)
    g.wait_texts(texts + 1)
    g.deliver(low_text)
    g.wait_texts(texts + 2)
    see(a.row(kil), "new, corrected thrice", False, corrected_by=a.seq(high))
    see(a.row(high), "the highest correction", True, affected=11)
    see(a.row(low), "a lower correction, that came last", False)
    gone = a.about("cancel", kil, kind="KIL", place=101)
    g.wait_texts(texts + 3)
    see(a.row(kil), "new, corrected and cancelled", False, cancelled_by=a.seq(gone),
        corrected_by=a.seq(high))
    for n in (low, high):
        expect(a.row(n)["counted"], False, "a correction of what is cancelled")
    expect(total(g).get((KIL, 101), 0), 0, "how often the cancelled one is counted")


def go_open(g):
    step("posture open: two numbers that are known")
    for setting, value in (("posture", "open"), ("answers", "none")):
        g.choose(setting, value)
    for name, number in NUMBERS.items():
        g.enrol(name + " plain", 101, "--number-file", g.file("number", number + "\n"), deliver=False)


class Plain:
    def __init__(self, g):
        self.g = g
        self.texts = g.status()["kept"]

    def __call__(self, text, number=NUMBERS["Alder 3"]):
        """Its rows, part by part."""
        before = {r["seq"] for r in self.g.inbox()}
        self.g.deliver(text, number)
        self.texts += 1
        self.g.wait_texts(self.texts)
        return [r for r in self.g.inbox() if r["seq"] not in before]

    def one(self, text, number=NUMBERS["Alder 3"]):
        rows = self(text, number)
        expect(len(rows), 1, f"rows of {text!r}")
        return rows[0]

    def again(self, row):
        return [r for r in self.g.inbox() if (r["seq"], r["part"]) == (row["seq"], row["part"])][0]


def plain_each(g):
    step("plain: each relation, from a number that is known")
    p = Plain(g)
    before = total(g)
    kil = p.one("KIL 2001 n3 s5")
    expect((kil["plain"], kil["pseudonym"], kil["number"]), (True, "Alder 3 plain", None),
           "plain, whose it is, and no number of a chain")
    n = kil["seq"]
    fixed = p.one(f"CORRECT {n} n8")
    see(p.again(kil), "new, corrected", False, corrected_by=fixed["seq"])
    see(p.again(fixed), "correction", True, kind=KIL, place=2001, affected=8, severity=5, about=n)
    mas = p.one("MAS 2002")
    follow = p.one(f"UPDATE {mas['seq']} n40")
    see(p.again(mas), "new, followed", True, follow_ups=1)
    see(follow, "follow-up", False, kind=MAS, place=2002, about=mas["seq"])
    mov = p.one("MOV 2003")
    gone = p.one(f"CANCEL {mov['seq']}")
    see(p.again(mov), "new, cancelled", False, cancelled_by=gone["seq"])
    see(gone, "cancel", False, relation=CANCEL, about=mov["seq"])
    loo = p.one("LOO 1001")
    clear = p.one(f"CLEAR {loo['seq']}")
    see(p.again(loo), "new, all clear", True, cleared_by=clear["seq"])
    see(clear, "all-clear", False, kind=LOO, place=1001, about=loo["seq"])
    see(p.one("DRILL KIL 1002"), "drill", False, relation=DRILL)
    see(p.one("HERE 106"), "place confirm", False, relation=PLACE, place=106)
    expect(g.roster()["Alder 3 plain"]["said_place"], 106, "the place that she calls hers")
    for text, relation in (("OK", HEARTBEAT), ("COVER", COVER)):
        row = p.one(text)
        see(row, text, False, relation=relation)
        expect(row["seq"] in [r["seq"] for r in seen(g)], False, f"{text} in the inbox")
    expect(total(g), {**before, (KIL, 2001): 1, (MAS, 2002): 1, (LOO, 1001): 1}, "what is counted")
    expect(g.roster()["Alder 3 plain"]["last_heard"] is not None, True, "that she was heard")
    strangers(g, p, loo)
    several(g, p)


def strangers(g, p, loo):
    step("plain: strangers, and another monitor")
    before = total(g)
    for number in (STRANGER, NUMBERS["Birch 1"]):
        for word in ("CANCEL", "CORRECT", "UPDATE", "CLEAR"):
            row = p.one(f"{word} {loo['seq']} MAS 1004 n9", number)
            expect(row["about"] or 0, 0, f"what {word} of another means")
            see(p.again(loo), f"after {word} of another", True, cleared_by=p.again(loo)["cleared_by"],
                follow_ups=0)
    expect(total(g), before, "what is counted after all that")
    new = p.one("KIL 1003 n2", STRANGER)
    see(new, "a stranger's report in posture open", True, kind=KIL, pseudonym="")
    p.one(f"CANCEL {new['seq']}", STRANGER)
    see(p.again(new), "a stranger's report, which nobody can cancel", True)


def several(g, p):
    step("plain: several reports in one text")
    rows = p("KIL 204 n3\nMAS 205 n10\nLOO 206")  # there is no place 206: that part stays a question
    expect([(r["kind"], r["part"], r["parts"]) for r in rows], [(KIL, 1, 2), (MAS, 2, 2)], "two reports")
    expect(len({r["seq"] for r in rows}), 1, "one number for one text")
    n = rows[0]["seq"]
    for row in rows:
        see(row, "one of two", True)
    expect_in("question", " ".join(rows[0]["review_words"]), "that a part leaves a question open")
    for text in (f"CORRECT {n} n5", f"CORRECT {n} MOV 204"):
        see(p.one(text), "a correction that names none of them", False)
    fixed = p.one(f"CORRECT {n} MAS n12")
    see(p.again(rows[1]), "the one corrected", False, corrected_by=fixed["seq"])
    see(p.again(rows[0]), "the other", True)
    see(p.again(fixed), "its correction", True, place=205, affected=12)
    some = p.one(f"CANCEL {n} KIL")
    see(p.again(rows[0]), "the one cancelled", False, cancelled_by=some["seq"])
    see(p.again(fixed), "the other's correction", True)
    p.one(f"CANCEL {n}")
    expect([p.again(r)["counted"] for r in rows + [fixed]], [False, False, False], "after a cancel of all")
    rows = p("DRILL KIL 204; MAS 205")
    expect([(r["relation"], r["counted"]) for r in rows], [(DRILL, False)] * 2, "a drill of two")
    rows = p("LOO 2002; KIL 2003")
    expect([(r["kind"], r["counted"]) for r in rows], [(LOO, True), (KIL, True)], "two reports")


def written_down(g):
    step("what a coordinator writes down, about what one wrote down before")
    theirs = next(r for r in g.inbox() if r["source"] == "sms" and r["counted"])

    def write(text):
        before = {r["seq"] for r in g.inbox()}
        g.command("report", "--yes", "--text-file", g.file("entry", text))
        return [r for r in g.inbox() if r["seq"] not in before]

    mine = write("BUR 102 n3; LOO 103")
    expect(len({r["seq"] for r in mine}), 1, "one number for one text")
    n = mine[0]["seq"]
    fixed = write(f"CORRECT {n} BUR n7")[0]
    write(f"CANCEL {n} LOO")
    rows = {(r["seq"], r["part"]): r for r in g.inbox()}
    see(rows[n, 1], "written down, corrected", False, corrected_by=fixed["seq"])
    expect(rows[n, 2]["counted"], False, "written down, cancelled")
    see(rows[fixed["seq"], 1], "its correction", True, place=102, affected=7)
    before = total(g)
    g.command("report", "--yes", "--text-file", g.file("entry", f"CANCEL {theirs['seq']}"), code=None)
    expect(total(g), before, "a monitor's report after a coordinator's cancel")


def main():
    given = options(__doc__.splitlines()[0])
    with AtGateway(given.bin) as g:
        g.start()
        g.unlock()
        a, b = Sealed(g, "Alder 3"), Sealed(g, "Birch 1")
        kil = sealed_each(g, a, b)
        out_of_order(g, a)
        two_of_them(g, a, kil)
        go_open(g)
        plain_each(g)
        written_down(g)
        step("locked and opened: all the same")
        before, roster = g.inbox(), g.roster()
        g.lock()
        g.unlock()
        expect(g.inbox(), before, "the inbox")
        expect(g.roster(), roster, "the roster")
        g.stop()


run(main)
