#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers, through the real programs and an AT modem on a pseudo terminal: none at first; the code of a report, and
the same for its duplicate; who is never answered; the neutral text, which can be cancelled; none for what came while
LOCKED; and what was read of a plain text, where the posture is open.

    test_answers.py --bin BUILD_DIR
"""
import datetime
import re
import time

from at_gateway import AtGateway
from gateway import Steps, expect, expect_in, options, run, wait_for

step = Steps()
HERS, OTHERS, STRANGER = "+254700123456", "+254733987654", "+254711222333"
DELAY_S, LATEST_S = 20, 40


class Answers:
    def __init__(self, g):
        self.g = g
        self.kept = 0

    def deliver(self, text, number):
        """With a stamp of its own second: else it is the network's redelivery."""
        self.kept += 1
        stamp = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=60 - self.kept)
        self.g.deliver(text, number, stamp=stamp)

    def wait_kept(self):
        self.g.wait_modem_empty()
        wait_for(lambda: self.g.status()["kept"] >= self.kept, f"{self.kept} texts kept")

    def rows(self):
        return self.g.rows("outbox")

    def wait_left(self, count, begun):
        """Until so many left; none may before its time."""
        sent = self.g.emulator.sent
        before = len(sent)
        wait_for(lambda: len(sent) > before, "the first answer to leave", 120)
        expect(time.monotonic() - begun >= DELAY_S, True, "that it waited as long as it has to")
        wait_for(lambda: len(sent) >= before + count, f"{count} answers to leave", 120)
        wait_for(lambda: all(r["state"] == "sent" for r in self.rows()[:count]), "core to know it")
        return {s.number: s for s in sent[before:]}


def none_at_first(a):
    step("none at first")
    monitor = a.g.enrol("Alder 1")
    a.kept += 1
    a.wait_kept()
    expect(a.rows(), [], "the outbox")
    return monitor


def the_code(a, monitor):
    step("the code: the same for a duplicate; none to short numbers and letters")
    a.g.command("setting", "answers", "code", "--yes")
    text = monitor.report("KIL", "101")
    begun = time.monotonic()
    a.deliver(text, HERS)
    a.wait_kept()
    a.deliver(text, OTHERS)
    a.deliver(monitor.report("KIL", "101"), "12345")
    a.deliver(monitor.report("KIL", "101"), "TOCSIN")
    a.wait_kept()
    expect([(r["kind"], r["to"]) for r in a.rows()], [("answer", None), ("answer", "Alder 1")], "answers that wait")
    left = a.wait_left(2, begun)
    expect(sorted(left), sorted((HERS, OTHERS)), "whom they left to")
    expect(left[HERS].text, left[OTHERS].text, "the duplicate's code")
    expect(bool(re.fullmatch("[0-9A-HJKMNP-TV-Z]{5}", left[HERS].text)), True, f"the form of {left[HERS].text}")
    expect([s.report for s in left.values()], [False, False], "status reports asked for")
    for row in a.rows():
        expect(row["may_repeat"], False, f"may_repeat of {row}")
        expect_in("its number is gone", a.g.command("outbox", "repeat", row["number"], "--yes", code=1).err,
                  "repeating it")
    expect_in("Alder 1, answer", a.g.command("outbox").out, "the list")


def neutral(a, monitor):
    step("the neutral text, and one that is cancelled")
    a.g.command("setting", "answers", "neutral", "--yes")
    begun = time.monotonic()
    a.deliver(monitor.report("KIL", "101"), HERS)
    a.wait_kept()
    a.deliver(monitor.report("KIL", "101"), OTHERS)
    a.wait_kept()
    a.g.command("outbox", "cancel", a.rows()[0]["number"])
    expect([r["state"] for r in a.rows()[:2]], ["cancelled", "queued"], "their states")
    wait_for(lambda: a.rows()[1]["state"] == "sent", "the other to leave", 120)
    expect(time.monotonic() - begun >= DELAY_S, True, "that it waited as long as it has to")
    time.sleep(max(0, begun + LATEST_S + 10 - time.monotonic()))
    expect(a.g.emulator.sent[-1].number, HERS, "who got the last one")
    expect(a.g.emulator.sent[-1].text, "Message received.", "what it says")
    expect(len(a.g.emulator.sent), 3, "texts that left")


def locked(a, monitor):
    step("none for what came while LOCKED")
    before = len(a.rows())
    a.g.lock()
    a.g.deliver(monitor.report("KIL", "101"), HERS)
    a.g.wait_modem_empty()
    wait_for(lambda: a.g.status()["parked"] == 1, "it to be parked")
    a.g.unlock()
    a.kept += 1
    expect(a.g.status()["parked"], 0, "what is parked")
    expect(len(a.rows()), before, "texts in the outbox")


def read_back(a):
    step("posture open: what was read of a plain text, once a day to a stranger")
    a.g.command("setting", "posture", "open", "--yes")
    a.g.command("setting", "answers", "as-posture", "--yes")
    begun = time.monotonic()
    a.deliver("KIL 101 2 people", STRANGER)
    a.wait_kept()
    a.deliver("KIL 102 3 people", STRANGER)
    a.deliver("KIL 102 3 people", "12345")
    a.wait_kept()
    left = a.wait_left(1, begun)
    expect(list(left), [STRANGER], "whom it left to")
    expect_in("Killing, Upper Alder, people: 2", left[STRANGER].text, "what was read")
    expect(bool(re.search(r"number \d+:", left[STRANGER].text)), True, "that it has a number")


def main():
    given = options(__doc__.splitlines()[0])
    with AtGateway(given.bin, poll_s=5) as g:
        g.configure("outbox = {\n\tper_minute = 30;\n};")
        g.start()
        g.unlock()
        a = Answers(g)
        monitor = none_at_first(a)
        the_code(a, monitor)
        neutral(a, monitor)
        locked(a, monitor)
        read_back(a)
        for number in (HERS, OTHERS, STRANGER):
            expect(number[4:] in g.log(), False, f"{number} in the log")
        g.lock()
        g.stop()


run(main)
