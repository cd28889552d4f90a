#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A modem's process that has gone bad, in place of the second modem's: it sends core whatever there
is to hurt it with. Core ends its connection where it is nonsense and takes no harm; the other
modem's texts come as before, and nothing that the bad one said about itself makes anything of
them disappear.

    test_modem_flood.py --bin BUILD_DIR
"""
import os
import shutil
import sys
import time

from gateway import Failure, Steps, expect, options, run, wait_for
from modem_channel import HEAD, LISTED, REPORT, SENT, SMS, STATE, TYPE
import test_modems

HERE = os.path.dirname(os.path.abspath(__file__))
TAKES_S = 5
FEW = 6
TEXTS = 5

# Sent again and again: name to (datagrams, whether core must end the connection; None: it bounds what it
# was given, gateway/core/intake.c, or has no use for it).
TEXT = b"EW1 a text that no modem has"


def message(name, body):
    return HEAD.pack(TYPE[name], len(body)) + body


def sms(length=len(TEXT), form=0, head=0, text=TEXT, sender=b""):
    return message("SMS_HANDED", SMS.pack(1, 0, length, form, head, text, b"", sender))


NONSENSE = {
    "nothing sensible": ([os.urandom(64), os.urandom(4096)], True),
    "a sender without an end": ([sms(sender=b"+" * 24)], True),
    "what a coordinator sends": ([message("LOCK", b"\0" * 8)], True),
    "texts without a listing": ([sms()], None),
    "large": ([os.urandom(60000)], True),
    "empty": ([b""], True),
    "cut": ([sms()[:-1]], True),
    "longer": ([sms() + b"\0"], True),
    "what core sends": ([message("SMS_KEPT", b"\0" * 2056)], True),
    "a length that is none": ([sms(length=0xFFFF)], None),
    "a form that is none": ([sms(form=77)], None),
    "a header longer than there is room": ([sms(head=255)], None),
    "a report without an end": ([message("REPORT_HANDED", REPORT.pack(1, 1, 9, 999, 0, b"1" * 24))], True),
    "results of nothing": ([message("SENT", SENT.pack(77, 1, 0, 5, 0))], None),
    "a state beyond all bounds": ([message("MODEM_STATE", STATE.pack(-5, *[0xFFFFFFFF] * 9, 1 << 62,
                                                                    7, 9))], None),
    "listings of nothing": ([message("LISTED", LISTED.pack(0xFFFFFFFF, 0xFFFFFFFF, 1, 0))], None),
}

BAD_PROGRAM = '''#!{python}
import os, socket, sys, time
sys.path[:0] = {path!r}
device = sys.argv[sys.argv.index("-d") + 1]
if device != {device!r}:
    os.execv({real!r}, sys.argv)
from test_modem_flood import NONSENSE
with open({turns!r}, "a+") as f:
    f.seek(0)
    turn = len(f.readlines())
    name = list(NONSENSE)[turn % len(NONSENSE)]
    channel = socket.socket(fileno=3)
    channel.setblocking(False)
    end, said = time.monotonic() + 1.5, "open"
    passed = os.open("/dev/null", os.O_RDONLY)
    while time.monotonic() < end and said == "open":
        for datagram in NONSENSE[name][0]:
            try:
                if turn % 2:
                    socket.send_fds(channel, [datagram], [passed])
                else:
                    channel.send(datagram)
                if channel.recv(65536) == b"":
                    said = "ended"
            except BlockingIOError:
                pass
            except OSError:
                said = "ended"
    f.write(f"{{name}}: {{said}}\\n")
'''


class Flooded(test_modems.TwoModems):
    def __init__(self, bin_dir):
        super().__init__(bin_dir)
        real = self.program("tocsin-modem")
        ours = os.path.join(self.folder, "bin")
        for name in ("tocsind", "tocsin", "tocsin-core", "tocsin-modem"):
            os.makedirs(os.path.join(ours, "gateway"), exist_ok=True)
            shutil.copy2(self.program(name), os.path.join(ours, "gateway", name))
        self.bin_dir = ours
        self.turns = os.path.join(self.folder, "turns")
        with open(self.program("tocsin-modem"), "w", encoding="utf-8") as f:
            f.write(BAD_PROGRAM.format(python=sys.executable, device=self.second.link, real=real,
                                       path=[HERE, os.path.join(HERE, "..", "support")],
                                       turns=self.turns))

    def said(self):
        try:
            with open(self.turns, encoding="utf-8") as f:
                return [line.strip().rpartition(": ") for line in f]
        except FileNotFoundError:
            return []


def main():
    given = options(__doc__, ("--all", {"action": "store_true", "help": "minutes: every kind"}))
    step = Steps()
    turns = len(NONSENSE) if given.all else FEW  # tocsind waits longer each time
    with Flooded(given.bin) as g:
        g.write_pin(test_modems.PIN)
        g.start(wait=False)
        wait_for(lambda: g.status(code=None), "core")
        g.wait_well(1)
        core = g.roles()["tocsin-core"]
        files = len(os.listdir(f"/proc/{core}/fd"))
        taken = 0
        while len(g.said()) < turns or taken < TEXTS:
            text = f"EW1 beside nonsense {taken}"
            begin = time.monotonic()
            g.first.deliver(text, g.number)
            wait_for(lambda: not g.first.waiting(), text, TAKES_S)
            taken += 1
            if time.monotonic() - begin > TAKES_S:
                raise Failure(f"{text}: {time.monotonic() - begin:.1f} s")
            time.sleep(0.5)
        for name, _, end in g.said()[:turns]:
            print(f"        {name}: {end}")
            if NONSENSE[name][1] and end != "ended":
                raise Failure(f"core goes on with one that sends: {name}")
        step(f"{taken} texts by the other modem meanwhile")
        expect(g.roles()["tocsin-core"], core, "core's process")
        if len(os.listdir(f"/proc/{core}/fd")) > files + 2:
            raise Failure(f"core had {files} descriptors, now {os.listdir(f'/proc/{core}/fd')}")
        g.unlock()
        found = [row["raw"] for row in g.inbox() if row["raw"].startswith("EW1 beside")]
        expect(sorted(found), sorted(f"EW1 beside nonsense {n}" for n in range(taken)), "inbox")
        expect(g.command("check").code, 0, "check")
        step("each is there once, and core is the same process")


if __name__ == "__main__":
    run(main)
