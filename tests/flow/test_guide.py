#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The coordinator's guide, done: every command of docs/coordinator.md, in its order, as it stands there, at a
terminal of 80 columns, its questions answered as the page says.

    test_guide.py --bin BUILD_DIR

Differences, all of them below: /media/usb is a folder of this test; the passphrases; where a monitor's text
goes; `poll_s`, so that the test does not wait five minutes; the heading "A lost or seized box" begins on a new
machine, and --own in it is tried there too.
"""
import os
import re
import shutil
import time

import test_init
from gateway import PROJECT, Gateway, Steps, expect, expect_in, options, run

PAGE = os.path.join(PROJECT, "docs", "coordinator.md")
COMMAND = re.compile(r"^\t+((?:tocsin|tocsind|tocsin-compose|kill)\b.*)$")
FIRST, SECOND, LATER = "first six words by lot", "second six words by lot", "later six words by lot"
step = Steps()


def commands():
    """(heading, command) as they stand on the page. What is indented and no command fails."""
    heading, found = "", []
    with open(PAGE) as f:
        for line in f:
            if line.startswith("## "):
                heading = line[3:].strip()
            elif line.startswith("\t"):
                match = COMMAND.match(line.rstrip())
                expect(match is not None, True, f"an indented line that is no command: {line!r}")
                found.append((heading, match.group(1)))
    return found


class Box(Gateway):
    """An empty machine: a folder, and nothing made in it yet."""

    def init(self):
        os.mkdir(self.own, 0o700)
        shutil.copy(self.codebook, self.own)
        shutil.copy(self.places, self.own)
        with open(os.path.join(self.own, "heron.places"), "w") as f:
            f.write("07 101\n08 102 # the next one\n")
        self.env["PATH"] = ":".join(os.path.join(self.bin_dir, d) for d in ("gateway", "reporting")) + \
            ":" + self.env["PATH"]
        self.device = os.path.join(self.own, "modem")

    def poll_quickly(self):
        with open(self.conf) as f:
            text = f.read()
        with open(self.conf, "w") as f:
            f.write(text.replace("poll_s = 300", "poll_s = 1"))


class Guide:
    def __init__(self, box, new, usb):
        self.box, self.new, self.usb = box, new, usb
        self.words = {"first": FIRST, "second": SECOND}  # name: passphrase in force
        self.key = ""      # the recovery key on the paper
        self.seen = ""     # what the last command said

    def prompts(self, command):
        """What a person answers; the first whose question stands at the end of the screen."""
        name = command.split()[-1]
        chosen = LATER if command.startswith(("tocsin recover ", "tocsin restore")) else \
            SECOND if name == "second" and "--lost" not in command else FIRST
        if "passwd" in command:
            chosen = LATER if "--lost" in command else SECOND + " new"
        self.chosen = chosen
        return [(r"\[(state|modem|file:anchor\.bin|protected)\]: $", ""),
                (r"in UTC\] $", "y"),
                (r"Passphrase of this gateway: $", self.words["first"]),
                (r"Her present passphrase: $", self.words.get(name, "")),
                (r"(New passphrase[^:]*|types herself|Once more): $", chosen),
                (r"(Recovery key[^:]*|the next line): $", None),
                (r"Type her name to go on: $", name),
                (r"[Tt]ype yes to go on:\s*$", "yes"),
                (r"Her phone number: $", "+254 700 000000"),
                (r"no names\) $", "no device"),
                (r"Text \(one SMS\): $", "Meet me where we met"),
                (r"Report: $", "KIL 101 n3 s5"),
                (r"Note \(20 characters\): $", "by the river"),
                (r"\(y/n\) $", "y"),
                (r"Type WIPE to do it: $", "WIPE")]

    def answer(self, terminal, prompts, mark, rows):
        for pattern, words in prompts:
            if re.search(pattern, terminal.seen[mark:].replace("\r\n", "\n")):
                while words is None and terminal.echoes():
                    time.sleep(0.01)
                time.sleep(0.05)  # a secret is asked for with the echo off, and what was typed before is lost
                terminal.say((rows.pop(0) if words is None else words) + "\n")
                return len(terminal.seen)
        return mark

    def at_terminal(self, box, command):
        os.environ.update(box.env)
        terminal = test_init.Terminal(box.own, "/bin/sh", "-c", command)
        prompts, mark = self.prompts(command), 0
        rows = [self.key[at:at + 29] for at in range(0, len(self.key), 30)]  # as on the paper
        while terminal.more():
            mark = self.answer(terminal, prompts, mark, rows)
        self.seen = terminal.seen.replace("\r", "")
        return terminal.end()

    def remember(self, command, box):
        if command.startswith("tocsin-compose"):
            text = re.search(r"^\S{152}$", self.seen, re.M)
            if text:
                box.deliver(text.group(0))
        groups = [w for line in self.seen.splitlines() if re.match(r"^  [0-9A-Z]{5}( [0-9A-Z]{5})*$", line)
                  for w in line.split()]
        if groups:
            expect(len(groups), 17, "groups of the recovery key")
            self.key = " ".join(groups)
        if "passwd" in command or "recover " in command:
            self.words[command.split()[-1]] = self.chosen
        if command.startswith("tocsin restore"):
            self.words["first"] = self.chosen
        if command.startswith(("tocsin init", "tocsin restore /")):
            box.poll_quickly()

    def do(self, heading, command):
        box = self.new if heading in ("A lost or seized box", "The end of the month", "Danger") else self.box
        if command == "tocsind &":
            if box is self.new and self.box.daemon is not None:
                self.box.stop()  # the old box is gone
            box.start()
            return
        if command.startswith("tocsin restore /"):
            newest = sorted(os.listdir(self.usb))[-1]
            command = command.replace("tocsin-*.backup", newest)
        if command.startswith("tocsin-compose"):
            box.wait_modem_empty()
            state = os.path.join(self.box.own, "heron.state")
            command = command.replace("heron.state", state)
        if command.startswith(("kill", "tocsin inbox")):
            box.wait_modem_empty()
        code = self.at_terminal(box, command.replace("/media/usb", self.usb))
        expect(code, 1 if command == "tocsin retention drop" else 0, f"exit code of {command}: {self.seen}")
        self.remember(command, box)
        if command.startswith("kill"):
            expect(box.daemon.wait(20), 0, "exit code of tocsind")
            box.daemon = None


def main():
    args = options(__doc__.splitlines()[0])
    with Box(args.bin) as box, Box(args.bin) as new:
        usb = os.path.join(box.folder, "usb")
        os.mkdir(usb)
        guide, before = Guide(box, new, usb), ""
        for heading, command in commands():
            if heading != before:
                step(heading)
            before = heading
            guide.do(heading, command)
            check(guide, heading, command)
        expect(test_init.failures, 0, "failures at a terminal")
        new.stop()


def check(guide, heading, command):
    """What the page promises of this command."""
    said = {
        "tocsin inbox --everything": "heartbeat",
        "tocsin vet heron": "heron is vetted",
        "tocsin vet --withdraw heron": "no longer vetted",
        "tocsin plain allow heron": "heron may text plain now",
        "tocsin plain": "heron no device",
        "tocsin own-places heron --file heron.places": "shows where she works",
        "tocsin own-places heron": "heron has 2 numbers of her own",
        "tocsin own-places heron --none": "no numbers of her own",
        "tocsin plain forbid heron": "may no longer text plain",
        "tocsin coordinator list": "second",
        "tocsin journal verify": "is what this gateway wrote",
        "tocsin renew heron": "chain 2 waits for her",
        "tocsin recover first": "OPEN",
        "tocsin restore --own": "state.old",
        "tocsin retention": "the four before it are kept",
        "tocsin retention drop": "nothing may go yet",
        "tocsin backup /media/usb": "read back and the same",
        "tocsin send --number": "20 of 160 characters, 1 SMS",
        "tocsin outbox": "Meet me where we met",
        "tocsin report": "people 3",
        "tocsin inbox --reports": "entered by a coordinator",
        "tocsin report --note": "note BY THE RIVER",
        "tocsin setting": "keep-numbers off",
        "tocsin setting keep-numbers on": "seizes this gateway",
        "tocsin send ibis": "ibis, at the number that is kept",
        "tocsin setting keep-numbers off": "until their months are erased",
        "tocsin wipe": "Wiped in",
    }
    if command in said:
        expect_in(said[command], " ".join(guide.seen.split()), command)
    if (heading, command) == ("A lost or seized box", "tocsin roster"):
        expect_in("chain 3 waits for her", " ".join(guide.seen.split()), command)


run(main)
