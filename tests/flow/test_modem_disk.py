#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reception by an AT modem on a full disk, LOCKED and ARMED: no delete is sent for what cannot be
kept, nothing is lost, and when there is room again everything is there, once.

    test_modem_disk.py --bin BUILD_DIR

As test_full_disk.py: skipped where no file system can be mounted.
"""
import collections
import os
import time

from at_gateway import AtGateway
from gateway import Steps, expect, expect_in, options, run, wait_for
from test_full_disk import IN_NAMESPACE, SmallDisk, enter_namespace

SIM = 5
POLL_S = 300  # what was refused is handed over again long before
TEXTS = 12
QUIET_S = 3

step = Steps()


class SmallAtDisk(SmallDisk, AtGateway):
    pass


def phase(g, state):
    expect(g.state_name(), state, "state")
    before, known = g.status()["kept"], len(g.emulator.messages)
    g.fill()
    for n in range(TEXTS):
        g.deliver(f"EW1 {state} {n}")
    parts = g.emulator.deliver_long(f"EW1 {state} LONG " + "x" * 200, g.number, reference=len(state))
    wait_for(lambda: g.status(code=None)["wrong"], "words about the disk")
    time.sleep(QUIET_S)
    status = g.status(code=3)
    expect_in("disk", " ".join(status["wrong"]), "what is wrong")
    expect((g.waiting(), status["kept"]), (TEXTS + len(parts), before), "texts that wait, texts kept")
    expect([m.text for m in g.emulator.messages[known:] if m.deleted], [], "deleted on a full disk")
    expect(g.emulator.memories["SM"].free(), None, "a free slot of a SIM that nothing leaves")
    expect(len(g.log_events("ROLE_ENDED")), 0, "processes that ended on a full disk")
    begin = time.monotonic()
    g.free()
    g.wait_modem_empty()
    step(f"{state}: nothing deleted while full; emptied {time.monotonic() - begin:.1f} s after")


def main():
    given = options(__doc__.splitlines()[0])
    if IN_NAMESPACE not in os.environ:
        enter_namespace()
    with SmallAtDisk(given.bin, poll_s=POLL_S, sim=SIM) as g:
        g.start()
        phase(g, "LOCKED")
        g.arm()
        phase(g, "ARMED")
        g.unlock()
        found = collections.Counter(row["raw"] for row in g.inbox())
        wanted = [f"EW1 {state} {n}" for state in ("LOCKED", "ARMED") for n in range(TEXTS)] + \
            [f"EW1 {state} LONG " + "x" * 200 for state in ("LOCKED", "ARMED")]
        expect(found, collections.Counter(wanted), "texts in the inbox")
        g.check_nothing_unseen()


if __name__ == "__main__":
    run(main)
