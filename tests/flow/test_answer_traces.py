#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose numbers are left where the gateway answers, and where somebody may text plain: never one in a
file, in the log, in an argument or an environment; and none in the memory of core, ARMED in posture
protected, once the answers have left and nobody may text plain any more. Before that it is shown that
the search finds a number there that core still needs.

    test_answer_traces.py --bin BUILD_DIR
"""
import datetime
import os

from at_gateway import AtGateway
from gateway import Failure, expect, options, run, wait_for
from hunt import Hunt, Needles, hunt_file, hunt_memory, is_sanitized, skip, step

NUMBERS = {"answered": "+254701234567", "a duplicate's": "+254712345098", "allowed": "+254723450987",
           "a stranger's": "+254745670123", "a long text's": "+254733000999", "parked": "+254756781234"}
ANSWERS = 2


def plant(g, needles):
    path = os.path.join(g.folder, "planted")
    for form in list(needles.forms):
        with open(path, "wb") as f:
            f.write(b"before" * 1000 + form + b"behind")
        expect(bool(hunt_file(needles, path)), True, f"{needles.forms[form]} is found")
    os.unlink(path)


def held(g, needles):
    """Whose numbers are in core's memory; None where nobody may look."""
    pid = g.roles()["tocsin-core"]
    if is_sanitized(pid):
        skip("AddressSanitizer keeps freed memory, so core's is not searched")
        return None
    found = hunt_memory(needles, pid)
    if found is None:
        skip("this user may not read the memory of core")
        return None
    return {line.rpartition(": ")[2].partition(", ")[0] for line in found}


def check_held(g, needles, stage, needed, none_else=True):
    names = held(g, needles)
    if names is None:
        return
    if set(needed) - names:
        raise Failure(f"{stage}: the search misses {set(needed) - names}, which core needs now")
    if none_else and names - set(needed):
        raise Failure(f"{stage}: in core's memory: {sorted(names - set(needed))}")
    step(f"{stage}: in core's memory: {', '.join(sorted(names)) or 'nothing'}")


def with_numbers(g):
    """Answers, and one who may text plain. """
    g.choose("answers", "neutral")
    g.choose("keep-numbers", "on")
    path = g.file("number", NUMBERS["allowed"] + "\n")
    g.enrol("Birch 1", 102, "--number-file", path, deliver=False)
    g.command("plain", "allow", "Birch 1", "--yes", "--reason-file", g.file("reason", "no device\n"))
    os.unlink(path)
    monitor = g.enrol("Alder 3", 101, deliver=False)
    now = datetime.datetime.now(datetime.timezone.utc)
    g.deliver(monitor.first, NUMBERS["answered"], now)
    g.wait_texts(1)
    g.deliver(monitor.first, NUMBERS["a duplicate's"], now - datetime.timedelta(minutes=1))
    g.deliver("KIL 101 n3", NUMBERS["allowed"])
    g.deliver("KIL 102 n3", NUMBERS["a stranger's"])
    g.emulator.deliver_long("MAS 103 n4 " + "x" * 100, NUMBERS["a long text's"], reference=3)
    g.wait_texts(6)


def parked_in_open(g, hunt):
    """LOCKED in posture open a text waits with its number, sealed."""
    g.unlock()
    g.choose("posture", "open")
    g.lock()
    g.deliver("KIL 103 n3", NUMBERS["parked"])
    g.wait_modem_empty()
    wait_for(lambda: g.status()["kept"] > 6, "the parked text")
    hunt("LOCKED in posture open, with one parked")
    g.unlock()
    expect(g.inbox()[-1]["affected"], 3, "the parked one, read")
    g.choose("answers", "none")
    g.choose("posture", "protected")
    g.lock()
    hunt("LOCKED again")


def main():
    given = options(__doc__)
    with AtGateway(given.bin, sim=30) as g:
        needles = Needles()
        for name, number in NUMBERS.items():
            needles.number(name, number)
        plant(g, needles)
        hunt = Hunt(g, needles)
        g.configure("outbox = {\n\tper_minute = 30;\n};")
        g.start()
        g.unlock()
        with_numbers(g)
        expect(len([r for r in g.rows("outbox") if r["state"] == "queued"]), ANSWERS, "answers that wait")
        check_held(g, needles, "answers wait", ("answered", "a duplicate's", "allowed"), none_else=False)
        hunt("answers wait")
        g.command("plain", "forbid", "Birch 1")
        g.choose("keep-numbers", "off")
        g.close()
        check_held(g, needles, "ARMED, answers wait", ("answered", "a duplicate's"))
        wait_for(lambda: len(g.emulator.sent) == ANSWERS, "the answers to leave", 100)
        wait_for(lambda: g.status()["modem_listed_s"] is not None, "the modem")
        check_held(g, needles, "ARMED, answers gone", ())
        hunt("ARMED, answers gone")
        g.lock()
        check_held(g, needles, "LOCKED", ())
        parked_in_open(g, hunt)
        check_held(g, needles, "LOCKED after posture open", ())
        g.stop()
        hunt("stopped")


if __name__ == "__main__":
    run(main)
