#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a monitor gets back, from the text that she sends to the one that leaves the modem: each policy
on a gateway of its own, all beside each other because an answer waits 20 to 40 seconds.
docs/decisions/0060-answers.md.

    test_answers.py --bin BUILD_DIR
"""
import collections
import concurrent.futures
import datetime
import os
import random
import re
import time
import unicodedata

from at_gateway import AtGateway
from gateway import PROJECT, Failure, Steps, expect, expect_in, options, run, wait_for
import ew1

step = Steps()
SOON_S = 20       # no answer leaves earlier
LATE_S = 40 + 60  # from the last text to the last answer, with what a busy machine and the rate add
AN_HOUR = 12      # answers to one sender
NOON = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def stamps():
    """Every text has a stamp of its own, so that none is taken for a redelivery."""
    when = NOON
    while True:
        when -= datetime.timedelta(seconds=1)
        yield when


def neutral():
    """The neutral words, by language."""
    with open(os.path.join(PROJECT, "schemas", "report", "answers.def"), encoding="utf-8") as f:
        row = re.search(r'^X\(NEUTRAL, "(.*)", "(.*)", "(.*)", "(.*)"\)$', f.read(), re.M)
    return dict(zip(("en", "fr", "sw", "ar"), row.groups()))


def bare(text):
    """Without the accents that SMS lacks."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


class Line(AtGateway):
    """A gateway with its own numbers: who texts from which."""

    def __init__(self, bin_dir, name):
        super().__init__(bin_dir, sim=40)
        self.name = name
        self.stamps = stamps()
        self.texts = 0
        self.arrived = {}                       # number: when the first text of it came
        self.numbers = iter(range(1, 1000))
        self.wanted = collections.Counter()     # (number, text without accents) that shall leave
        self.codebook_of_others = None

    def new_number(self):
        return f"+2547{random.randrange(10 ** 5):05d}{next(self.numbers):03d}"

    def begin(self):
        self.configure("outbox = {\n\tper_minute = 30;\n};")
        self.start()
        self.unlock()

    def give(self, text, number, when=None):
        when = when or next(self.stamps)
        self.arrived.setdefault(number, time.monotonic())
        self.deliver(text, number, when)
        self.texts += 1
        return when

    def ask(self, text, answer, number=None, times=1):
        """Give it, from a number of its own; that answer shall come back."""
        number = number or self.new_number()
        when = self.give(text, number)
        if answer is not None:
            self.wanted[number, bare(answer)] += times
        return number, when

    def taken(self):
        self.wait_texts(self.texts)

    def queued(self):
        return self.rows("outbox", "--limit", 1000)

    def left(self):
        return [(s.number, bare(s.text)) for s in list(self.emulator.sent)]

    def check_left(self):
        """What shall leave has left, no more, and nothing too early."""
        wanted = sum(self.wanted.values())
        try:
            wait_for(lambda: len(self.left()) >= wanted, "answers", LATE_S)
        except Failure:
            pass  # what is missing is said below
        wait_for(lambda: not [r for r in self.queued() if r["state"] in ("queued", "sending")],
                 "the outbox to be empty", LATE_S)
        got = collections.Counter(self.left())
        if got != self.wanted:
            raise Failure(f"{self.name}: did not leave: {dict(self.wanted - got)}; left without a cause: "
                          f"{dict(got - self.wanted)}")
        for when, kind, what in list(self.emulator.journal):
            if kind == "sent":
                waited = when - self.arrived[what.split()[1]]
                expect(waited >= SOON_S, True, f"{self.name}: {waited:.1f} s from a text to its answer")
        step(f"{self.name}: {wanted} answers left")

    def monitor(self, name, language, number=None):
        """Her device; her first message is not given yet."""
        words = ("--number-file", self.file("number", number + "\n")) if number else ()
        return self.enrol(name, 101, "--language", language, *words, deliver=False)

    def refused(self, monitor):
        """A message that opens and is refused: it names a kind that this gateway does not have."""
        if self.codebook_of_others is None:
            with open(self.codebook, encoding="utf-8") as f:
                self.codebook_of_others = self.file("others.cfg", other_book(f.read()))
        self.codebook, mine = self.codebook_of_others, self.codebook
        try:
            return monitor.report("ZZQ", 101)
        finally:
            self.codebook = mine


def other_book(text):
    """The same codebook, in which kind 39 is 99 and called otherwise."""
    text = text.replace("codes = [ 1, 39 ];", "codes = [ 1, 99 ];")
    head, found, tail = text.partition('code = 39; mnemonic = "RTU"')
    if not found:
        raise Failure("the codebook has no kind 39 any more")
    return head + 'code = 99; mnemonic = "ZZQ"' + tail


def junk():
    """Sealed by nobody."""
    return ew1.base32_encode(os.urandom(95))


def code_of(monitor):
    found = re.search(r"the gateway answers ([0-9A-Z]{5})\.", monitor.said)
    if found is None:
        raise Failure(f"no code in {monitor.said!r}")
    return found.group(1)


def nobody_is_answered(g, monitor):
    """Those who cannot be meant; texts that do not open; plain texts in posture protected."""
    g.ask(monitor.report("KIL", 101), None, "40404")
    g.ask(monitor.report("KIL", 101), None, "MPESA")
    g.ask(junk(), None)
    g.ask(junk()[:40], None)
    g.ask("KIL 101 n3", None)
    g.ask("hello", None)


def redelivered(g, monitor, answer_of):
    text = monitor.report("LOO", 102)
    number, when = g.ask(text, answer_of(monitor))
    g.taken()
    for _ in range(2):
        g.give(text, number, when)
    return text


def four_alike(g, monitor, answer_of):
    """A report, its duplicates, one that is refused, one under duress: each as any other."""
    text = monitor.report("KIL", 101, "--note", "SHOTS")
    answer = answer_of(monitor)
    first, _ = g.ask(text, answer)
    g.taken()
    g.ask(text, answer)
    g.ask(text, answer, first)
    g.ask(g.refused(monitor), answer_of(monitor))
    g.ask(monitor.report("KIL", 101, "--duress"), answer_of(monitor))
    g.ask(monitor.compose("cover"), answer_of(monitor))


def cancelled(g, monitor):
    """A coordinator can stop one that waits."""
    g.give(monitor.report("BUR", 102), g.new_number())
    g.taken()
    row = g.queued()[0]
    expect((row["kind"], row["to"], row["may_repeat"]), ("answer", "Alder en", False), "an answer that waits")
    g.command("outbox", "cancel", row["number"])
    expect(g.queued()[0]["state"], "cancelled", "its state")


def gone(g):
    """What left cannot be sent again."""
    row = next(r for r in g.queued() if r["state"] == "sent")
    expect_in("its number is gone", g.command("outbox", "repeat", row["number"], "--yes", code=1).err,
              "repeating an answer")
    expect_in("Alder en, answer", g.command("outbox").out, "the list, for people")


def limits_and_lock(g, monitor):
    """No more than so many an hour to one sender; a lock cancels what waits, and core forgets."""
    text = monitor.report("FLD", 102)
    g.give(text, g.new_number())
    g.taken()
    before = len(g.queued())
    number = g.new_number()
    for _ in range(AN_HOUR + 3):
        g.give(monitor.report("FLD", 103), number)
    g.taken()
    rows = g.queued()
    expect(len(rows) - before, AN_HOUR, f"{g.name}: answers to one sender in an hour")
    g.lock()
    g.unlock()
    waiting = [r["state"] for r in g.queued()[:AN_HOUR]]
    expect(set(waiting) <= {"cancelled", "unknown"}, True, f"{g.name}: after a lock: {waiting}")
    g.lock()
    g.give(monitor.report("FLD", 104), g.new_number())
    g.taken()
    g.unlock()
    g.give(text, g.new_number())
    g.taken()
    expect(g.inbox()[-1]["place"], 104, "what came while LOCKED")
    expect(len([r for r in g.queued() if r["state"] in ("queued", "sending")]), 0,
           f"{g.name}: answers to what came while LOCKED, and to a duplicate of a text of before")


def in_protected(bin_dir, policy):
    with Line(bin_dir, policy) as g:
        g.begin()
        quiet = g.monitor("Quiet 1", "en")
        g.ask(quiet.first, None)
        g.ask(quiet.report("KIL", 101), None)
        g.taken()
        expect(g.queued(), [], "answers before any were chosen")
        expect_in("protected", g.command("setting", "answers", "read-back", "--yes", code=1).err, "read-back")
        g.choose("answers", policy)
        words = neutral()

        def answer_of(monitor):
            return words[monitor.language] if policy == "neutral" else code_of(monitor)

        monitors = {}
        for language in ("en", "fr", "sw", "ar"):
            m = monitors[language] = g.monitor(f"Alder {language}", language)
            m.language = language
            g.ask(m.first, answer_of(m))
        en = monitors["en"]
        four_alike(g, en, answer_of)
        redelivered(g, en, answer_of)
        plain_ones(g)
        nobody_is_answered(g, en)
        cancelled(g, en)
        expect(len(g.queued()), sum(g.wanted.values()) + 1, f"{policy}: answers in the outbox")
        g.close()  # they leave while ARMED
        wait_for(lambda: len(g.left()) >= sum(g.wanted.values()) or None, "answers", LATE_S)
        g.unlock()
        g.check_left()
        alike(g, policy)
        gone(g)
        if policy == "neutral":
            own_words(g, en)
        limits_and_lock(g, en)
        g.stop()
        expect(collections.Counter(g.left()), g.wanted, f"{policy}: what left at the end")


def plain_ones(g):
    """One who may text plain is not answered in posture protected."""
    number = g.new_number()
    g.choose("keep-numbers", "on")
    g.monitor("Plain 1", "en", number)
    g.command("plain", "allow", "Plain 1", "--yes", "--reason-file", g.file("reason", "no device\n"))
    g.ask("KIL 101 n3", None, number)
    g.ask("KOL 101 n3", None, number)
    g.taken()
    expect([r["affected"] for r in g.inbox("--monitor", "Plain 1", "--reports")], [3], "her report")


def own_words(g, monitor):
    """The network's own neutral text; it stands in the outbox, and a lock cancels it."""
    g.command("setting", "neutral-text", "--yes", "--text-file", g.file("words", "Asante.\n"))
    g.give(monitor.report("LOO", 105), g.new_number())
    g.taken()
    expect((g.queued()[0]["text"], g.queued()[0]["state"]), ("Asante.", "queued"), "the network's own text")


def alike(g, policy):
    """In the PDUs too: but for number, reference and code they are the same."""
    forms = set()
    for s in g.emulator.sent:
        if policy == "code":
            expect(bool(re.fullmatch("[0-9A-HJKMNP-TV-Z]{5}", s.text)), True, f"the code {s.text!r}")
        forms.add((s.coding, s.report, s.validity, s.udh, len(s.text) if policy == "code" else s.text))
    expect(len(forms), 1 if policy == "code" else 4, f"{policy}: forms of answers: {forms}")
    expect({f[1] for f in forms}, {False}, "whether a status report was asked for")


class Open:
    """Posture open: what an answer says stands in the outbox at once, and leaves later."""

    def __init__(self, g):
        self.g = g
        self.numbers = {language: g.new_number() for language in ("en", "fr", "sw", "ar")}
        self.monitors = {language: g.monitor(f"Alder {language}", language, number)
                         for language, number in self.numbers.items()}
        self.stranger = g.new_number()

    def give(self, text, number):
        """The rows of the outbox that it made."""
        before = len(self.g.queued())
        self.g.give(text, number)
        self.g.taken()
        return self.g.queued()[:len(self.g.queued()) - before]

    def told(self, text, number, *words, without=()):
        """The answer, in which words are."""
        rows = self.give(text, number)
        expect(len(rows), 1, f"answers to {text!r}")
        answer = rows[0]["text"]
        for word in words:
            expect_in(bare(word), bare(answer), f"the answer to {text!r}")
        for word in without:
            expect(word in answer, False, f"{word!r} in the answer to {text!r}: {answer!r}")
        self.g.wanted[number, bare(answer)] += 1
        return answer

    def silent(self, text, number, words):
        expect(len(self.give(text, number)), 0, f"answers to {words}")

    def reports(self):
        return [r for r in self.g.inbox() if r["readable"]]

    def known(self):
        g, en = self.g, self.numbers["en"]
        first = self.told("KIL 101 n3", en, "Killing", "Upper Alder", "3", without=("Not read",))
        seq = self.reports()[-1]["seq"]
        expect_in(str(seq), first, "the number of the text in its answer")
        self.told(f"CANCEL {seq}", en)
        meant = next(r for r in self.reports() if r["seq"] == seq)
        expect((bool(meant["cancelled_by"]), meant["counted"]), (True, False),
               "the report that was cancelled by the number of its answer")
        words = self.told("KIL 102 n4", self.numbers["fr"], "Meurtre")
        self.told("KIL 103 n5", self.numbers["sw"], "Mauaji")
        self.told("KIL 104 n6", self.numbers["ar"], "قتل")
        before = self.reports()
        self.told("KOL 105", en, "KIL")
        expect(self.reports(), before, "reports after a near code")
        expect(self.told("KIL 102 n4", self.numbers["fr"]), words, "the answer to the same words again")
        expect(self.reports(), before, "reports after the same words again")
        first = self.monitors["en"]
        self.told(first.first, g.new_number(), without=("Killing",))
        expect(g.queued()[0]["text"] == code_of(first), True, "the answer to a sealed text is its code")

    def unknown(self):
        before = len(self.reports())
        said = self.told("KIL 106 n3 zebra", self.stranger, "Killing", "zebra")
        self.silent("MAS 106 n9", self.stranger, "a stranger's second text of the day")
        expect([r["affected"] for r in self.reports()[before:]], [3, 9], "both reports of the stranger")
        self.silent("KIL 101 n31", "40404", "a short number")
        self.silent("KIL 101 n32", "MPESA", "letters")
        self.silent(junk(), self.g.new_number(), "what does not open")
        self.silent(said, self.g.new_number(), "our own words, from somebody else")

    def echo(self):
        """Whoever sends each of our answers back gets none."""
        before, answers = self.reports(), len(self.g.queued())
        for s in list(self.g.emulator.sent):
            self.g.give(s.text, s.number)
            self.g.give(bare(s.text), self.g.new_number())  # some phones cannot show accents
        self.g.taken()
        rows = self.g.queued()
        expect([r["text"] for r in rows[:len(rows) - answers]], [], "answers, after our own answers came back")
        expect(self.reports(), before, "reports, after our own answers came back")


    def gone_back(self):
        """What waits says what was reported: in posture protected it does not leave."""
        expect(len(self.give("BUR 104 n41", self.numbers["en"])), 1, "answers that wait")
        self.g.choose("posture", "protected")
        expect(self.g.queued()[0]["state"], "cancelled", "what waited for posture open")


def in_open(bin_dir):
    with Line(bin_dir, "read-back") as g:
        g.begin()
        g.choose("posture", "open")
        o = Open(g)
        o.known()
        o.unknown()
        g.check_left()
        o.echo()
        o.gone_back()
        expect(collections.Counter(g.left()), g.wanted, "read-back: what left at the end")
        g.stop()


def main():
    given = options(__doc__.splitlines()[0])
    jobs = [lambda: in_protected(given.bin, "neutral"), lambda: in_protected(given.bin, "code"),
            lambda: in_open(given.bin)]
    with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
        done = [pool.submit(job) for job in jobs]
    wrong = [f.exception() for f in done if f.exception() is not None]
    for failure in wrong:
        if not isinstance(failure, Failure):
            raise failure
    if wrong:
        raise Failure("; ".join(str(failure) for failure in wrong))


run(main)
