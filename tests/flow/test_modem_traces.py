#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose numbers are left after everything went through an AT modem: whole texts, parts of long ones,
status reports, and PDUs that hurt. After `tocsin modem sweep` none is in the
raw storage of SIM and phone; and none at any time in a file of the gateway, in its log, or in the
arguments and environments of its processes.

Before that it is shown that the search finds them: in the SIM before the sweep, and in a file.

    test_modem_traces.py --bin BUILD_DIR
"""
import os

from at_gateway import AtGateway
from gateway import Failure, expect, options, run, wait_for
from hunt import Hunt, Needles, hunt_file, step
from modem_emulator import POISON

PLAIN, LONG, UNFINISHED, REPORTED = ("+254701234567", "+254712345098", "+254723450987", "+254745670123")
POISONED = "+254733000999"  # whose every poison with an address is
NUMBERS = (PLAIN, LONG, UNFINISHED, REPORTED, POISONED)


def fill(g):
    """All at once, so that no slot is written a second time."""
    with g.emulator.lock:
        fill_slots(g, g.emulator)


def fill_slots(g, e):
    for n in range(6):
        g.deliver(f"EW1 plain {n}", PLAIN)
    e.deliver("EW1 in the phone", PLAIN, memory="ME")
    e.deliver_long("EW1 a long one " + "x" * 200, LONG, reference=3)
    e.deliver_long("EW1 never whole " + "y" * 200, UNFINISHED, reference=4, skip=(2,))
    e.hints[3] = 2
    for n, status in enumerate((0, 0x30, 0x46)):
        e.report(200 + n, REPORTED, status)
    for name in POISON:
        e.deliver(poison=name)


def check_emptied(g):
    g.wait_modem_empty(90)
    for number in NUMBERS:
        if g.emulator.holds_number(number) == 0:
            raise Failure(f"the SIM keeps nothing of {number}: this proves nothing")


def sweep(g):
    before = g.emulator.count("command")
    g.command("modem", "sweep", 1)
    wait_for(lambda: g.emulator.count("command") > before and
             not any(g.emulator.holds_number(n) for n in NUMBERS), "the numbers to go", 60)
    wait_for(lambda: not g.emulator.memories["SM"].used(), "the fillers to go")


def main():
    given = options(__doc__)
    with AtGateway(given.bin, sim=30, phone=10) as g:
        needles = Needles()
        for n, number in enumerate(NUMBERS):
            needles.number(f"number {n}", number)
        planted = os.path.join(g.folder, "planted")
        for form in list(needles.forms):
            with open(planted, "wb") as f:
                f.write(b"before" * 1000 + form + b"behind")
            expect(bool(hunt_file(needles, planted)), True, f"{needles.forms[form]} is found")
        os.unlink(planted)
        hunt = Hunt(g, needles)
        g.start()
        for state, change in (("LOCKED", lambda: None), ("ARMED", g.arm), ("OPEN", g.unlock)):
            change()
            expect(g.state_name(), state, "state")
            fill(g)
            check_emptied(g)
            hunt(f"{state}, before the sweep")
            sweep(g)
            hunt(f"{state}, after the sweep")
        g.stop()
        hunt("stopped")


if __name__ == "__main__":
    run(main)
