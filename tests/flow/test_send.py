#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writing to a monitor, through the real programs and an AT modem on a pseudo terminal: what leaves
and what is said of it; a refusal; a modem that answers nothing, and is not asked twice; status
reports; a lock, a restart of core and a cut modem while texts wait; numbers that are kept, or not.

    test_send.py --bin BUILD_DIR
"""
import json
import os
import signal

from at_gateway import AtGateway
from gateway import Steps, expect, expect_in, options, run, wait_for
import test_init

step = Steps()
NUMBER = "+254700123456"
KEPT = "+254733987654"


class Sender:
    def __init__(self, g):
        self.g = g
        self.numbers = self.g.file("number", NUMBER + "\n")

    def send(self, text, *to, code=0):
        path = self.g.file("text", text)
        return self.g.command("send", *(to or ("--number-file", self.numbers)), "--text-file", path,
                              "--yes", code=code)

    def rows(self):
        return [json.loads(line) for line in self.g.command("outbox", "--json").out.splitlines()]

    def newest(self):
        return self.rows()[0]

    def wait_state(self, state, text, timeout_s=60):
        wait_for(lambda: self.state(text) == state, f"{text!r} to be {state}", timeout_s)

    def state(self, text):
        return next((r["state"] for r in self.rows() if r["text"] == text), None)

    def left(self):
        """Texts that left the modem, as the network has them."""
        return [(s.number, s.text) for s in self.g.emulator.sent]


def what_leaves(s):
    step("a text leaves, and is delivered")
    g = s.g
    s.send("come on Monday")
    s.wait_state("sent", "come on Monday")
    expect(s.left(), [(NUMBER, "come on Monday")], "what left")
    g.emulator.report_for(0)
    s.wait_state("delivered", "come on Monday")
    row = s.newest()
    expect((row["to"], row["may_repeat"], row["code"]), (None, False, 0), "its row")
    s.send("Привет")
    s.wait_state("sent", "Привет")
    g.emulator.report_for(1, 0x46)  # expired in the network
    s.wait_state("failed", "Привет")
    expect(s.newest()["code"], 0x46, "the network's code")


def what_is_refused(s):
    step("what cannot be sent changes nothing")
    before = len(s.rows())
    for text, words in (("x" * 161, "1 characters too long"), ("я" * 71, "alphabet")):
        expect_in(words, s.send(text, code=1).err, text[:3])
    bad = s.g.file("bad", "12\n")
    expect_in("no phone number", s.send("x", "--number-file", bad, code=1).err, "a short number")
    expect_in("no active monitor", s.send("x", "nobody", code=1).err, "nobody")
    expect(len(s.rows()), before, "texts in the outbox")
    step("the network refuses one")
    s.g.emulator.faults.send_refused = 1
    s.send("refused")
    s.wait_state("failed", "refused")
    expect(s.newest()["code"], 38, "its code")


def doubtful(s):
    step("a reply that never comes: unknown, and not sent again by itself")
    g = s.g
    before = len(g.emulator.sent)
    g.emulator.faults.send_lost_reply = 1
    s.send("doubtful")
    s.wait_state("unknown", "doubtful", 120)
    expect(len(g.emulator.sent), before + 1, "texts that left")
    g.wait_ready()
    s.send("after it")
    s.wait_state("sent", "after it", 120)
    expect([t for _, t in s.left()].count("doubtful"), 1, "how often the doubtful one left")
    step("a person repeats it")
    number = next(r["number"] for r in s.rows() if r["text"] == "doubtful")
    expect_in("kept nowhere", g.command("outbox", "repeat", number, "--yes", code=1).err,
              "repeated without its number")
    g.command("outbox", "repeat", number, "--number-file", s.numbers, "--yes")
    wait_for(lambda: [t for _, t in s.left()].count("doubtful") == 2, "it to leave again", 90)
    s.wait_state("sent", "doubtful")  # the newer one
    expect([r["state"] for r in s.rows() if r["text"] == "doubtful"], ["sent", "unknown"],
           "both of them")


def lock_and_kill(s):
    step("a lock cancels what waits; core killed: unknown")
    g = s.g
    g.emulator.unplug()
    wait_for(lambda: "tocsin-modem" not in g.roles(), "the modem's process to see that it is gone")
    s.send("cancelled by hand")
    g.command("outbox", "cancel", s.newest()["number"])
    expect(s.state("cancelled by hand"), "cancelled", "its state")
    s.send("cancelled by the lock")
    g.lock()
    expect_in("LOCKED", s.send("x", code=1).err, "sending LOCKED")
    g.unlock()
    expect(s.state("cancelled by the lock"), "cancelled", "its state")
    s.send("lost with core")
    core = g.roles()["tocsin-core"]
    os.kill(core, signal.SIGKILL)
    wait_for(lambda: g.roles().get("tocsin-core") not in (None, core) and g.status(code=None),
             "core to be there again")
    g.unlock()
    g.emulator.replug()
    expect(s.state("lost with core"), "unknown", "its state")
    s.send("first after it")
    s.wait_state("sent", "first after it", 90)
    texts = [t for _, t in s.left()]
    for text in ("cancelled by hand", "cancelled by the lock", "lost with core"):
        expect(texts.count(text), 0, f"how often {text!r} left")


def cut_while_sending(s):
    step("the modem is pulled out while it sends: unknown, and not sent again")
    g = s.g
    g.emulator.faults.send_s = 20.0
    s.send("cut")
    s.wait_state("sending", "cut")
    expect_in("cannot be stopped", g.command("outbox", "cancel", s.newest()["number"], code=1).err,
              "cancelling it")
    expect_in("has not left yet",
              g.command("outbox", "repeat", s.newest()["number"], "--number-file", s.numbers, "--yes",
                        code=1).err, "repeating it")
    g.emulator.unplug()
    s.wait_state("unknown", "cut")
    g.emulator.faults.send_s = 0.0
    g.emulator.replug()
    s.send("after the cut")
    s.wait_state("sent", "after the cut", 90)
    expect([t for _, t in s.left()].count("cut") <= 1, True, "that it left at most once")
    expect(s.state("cut"), "unknown", "its state at the end")


def kept(s):
    step("a number that is kept, where the network chose so")
    g = s.g
    path = s.g.file("kept", KEPT + "\n")
    said = g.command("enrol", "--pseudonym", "Alder 1", "--place", 101, "--number-file", path, code=1)
    expect_in("keeps no numbers", said.err, "enrolling with a number")
    expect(g.roster(), {}, "the roster")
    g.command("setting", "keep-numbers", "on", "--yes")
    g.command("enrol", "--pseudonym", "Alder 1", "--place", 101, "--number-file", path)
    expect(g.roster()["Alder 1"]["number_kept"], True, "the roster")
    expect(KEPT[4:] in g.command("roster").out + g.command("roster", "--json").out, False,
           "the number in the roster")
    s.send("to Alder", "Alder 1")
    s.wait_state("sent", "to Alder", 90)
    expect(s.left()[-1], (KEPT, "to Alder"), "what left")
    expect(s.newest()["to"], "Alder 1", "to whom")
    g.command("setting", "keep-numbers", "off", "--yes")
    expect_in("no number of hers", s.send("x", "Alder 1", code=1).err, "after it was switched off")


def at_terminal(s):
    step("at a terminal: the number and the text are asked for, shown, and asked about")
    g = s.g
    os.environ.update(g.env)
    terminal = test_init.Terminal(g.cwd, g.program("tocsin"), "-c", g.conf, "send", "--number")
    terminal.answer("Her phone number: ", "+254 (700) 123-456")
    terminal.answer("Text (one SMS): ", "typed text")
    terminal.answer("(y/n) ", "n")
    expect(terminal.end(), 1, "exit code after n")
    for words in (NUMBER, "typed text", "10 of 160 characters, 1 SMS", "nothing was sent", "operator"):
        expect_in(words, " ".join(terminal.seen.split()), "what was shown")
    expect(s.state("typed text"), None, "the outbox after n")
    terminal = test_init.Terminal(g.cwd, g.program("tocsin"), "-c", g.conf, "send", "--number")
    terminal.answer("Her phone number: ", NUMBER)
    terminal.answer("Text (one SMS): ", "typed text")
    terminal.answer("(y/n) ", "y")
    expect(terminal.end(), 0, "exit code after y")
    s.wait_state("sent", "typed text", 90)
    expect(test_init.failures, 0, "failures at the terminal")


def main():
    given = options(__doc__.splitlines()[0])
    with AtGateway(given.bin, poll_s=5) as g:
        g.configure("outbox = {\n\tper_minute = 30;\n};")
        g.start()
        g.unlock()
        s = Sender(g)
        what_leaves(s)
        what_is_refused(s)
        at_terminal(s)
        kept(s)
        cut_while_sending(s)
        lock_and_kill(s)
        doubtful(s)
        g.lock()
        g.stop()


run(main)
