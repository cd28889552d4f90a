#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Spare chains and the deep scan, through the real programs: a monitor enrolled before the recovery
key and one after it, a renewal, the switch on her device, what of the old chain still counts; then a
phone that ran past its window.

    test_chains.py --bin BUILD_DIR
"""
import os

from gateway import Gateway, Steps, expect, expect_in, options, run

step = Steps()
LOST = 300


def renew(g, *words, code=0):
    return g.command("renew", *words, code=code)


def chain_row(g, monitor):
    row = g.roster()[monitor.name]
    return {k: row[k] for k in ("chain", "chain_waiting", "spares", "spares_why", "missing")}


def is_row(g, monitor, **wanted):
    row = chain_row(g, monitor)
    expect({k: row[k] for k in wanted}, wanted, f"roster of {monitor.name}")


def last(g, count):
    """The newest row of the inbox once so many texts are kept."""
    g.wait_texts(count)
    return g.inbox()[-1]


def spare_chains(g, paper, wrong):
    step("one enrolled before the recovery key, one after it")
    early = g.enrol("Alder 1")
    g.wait_texts(1)
    is_row(g, early, chain=1, chain_waiting=0, spares=0, spares_why="no recovery key")
    expect_in("no recovery key", renew(g, "--all", "--recovery-key-file", wrong, code=1).err,
              "renewing without any")
    g.command("recovery-key", "--out", paper)
    late = g.enrol("Birch 2")
    g.wait_texts(2)
    is_row(g, early, spares=0, spares_why="enrolled before the recovery key")
    is_row(g, late, chain=1, chain_waiting=0, spares=3, spares_why="")
    expect_in("3 spare", g.command("roster").out, "roster")
    expect_in("enrolled before the recovery key", g.command("roster").out, "roster")
    return early, late


def renewal(g, late, paper, wrong):
    step("the renewal: who may, and what it says")
    expect_in("no terminal", renew(g, late.name, code=1).err, "without a key")
    expect_in("recovery key", renew(g, late.name, "--recovery-key-file", wrong, code=1).err, "a wrong key")
    os.chmod(wrong, 0o644)
    expect_in("chmod 600", renew(g, late.name, "--recovery-key-file", wrong, code=1).err, "an open file")
    is_row(g, late, chain=1, chain_waiting=0, spares=3)
    done = renew(g, late.name, "--recovery-key-file", paper)
    expect_in("chain 2 waits for her", done.out, "renew")
    expect_in("next-chain 2", done.out, "renew")
    is_row(g, late, chain=1, chain_waiting=2, spares=2)
    expect_in("chain 2 waits for her", g.command("roster").out, "roster")
    done = renew(g, "--all", "--recovery-key-file", paper, code=1)
    expect_in("as it did before", done.out, "renew --all")
    expect_in("Alder 1: enrolled before", done.err, "renew --all")


def switch(g, late, paper):
    step("the switch: old chain until the first message of the new one, then no more")
    g.deliver(late.report("KIL", 101, "--note", "OLD CHAIN"))
    row = last(g, 3)
    expect((row["note"], row["chain"], row["number"]), ("OLD CHAIN", 1, 2), "of the old chain")
    held_back = late.report("KIL", 101, "--note", "HELD BACK")
    expect_in("not confirmed", late.next_chain(answer=b"no\n", code=1), "a no")
    expect_in("so the next is 2", late.next_chain("next-chain", 3, code=2), "another chain")
    expect_in("chain 2 is used", late.next_chain("next-chain", 2).lower(), "the switch")
    is_row(g, late, chain=1, chain_waiting=2)  # nobody told the gateway
    g.lock()
    g.deliver(late.report("KIL", 101, "--note", "NEW CHAIN"))  # parked
    g.wait_texts(4)
    g.unlock()
    row = g.inbox()[-1]
    expect((row["note"], row["chain"], row["number"]), ("NEW CHAIN", 2, 1), "of the new chain")
    is_row(g, late, chain=2, chain_waiting=0, spares=2, missing=0)
    g.deliver(held_back)
    row = last(g, 5)
    expect((row["readable"], row["pseudonym"]), (False, ""), "of the old chain, too late")
    expect_in("no 1 of chain 2", g.command("inbox").out, "inbox")
    g.restart()
    expect_in("LOCKED", renew(g, late.name, "--recovery-key-file", paper, code=1).err, "renew while LOCKED")
    g.unlock()
    is_row(g, late, chain=2, chain_waiting=0, spares=2, missing=0)


def again(g, late, paper):
    step("and once more, with --next-chain")
    renew(g, late.name, "--recovery-key-file", paper)
    late.next_chain("--next-chain")
    g.deliver(late.compose("heartbeat"))
    row = last(g, 1)  # since the restart
    expect((row["chain"], row["number"]), (3, 1), "of the third chain")
    is_row(g, late, chain=3, spares=1)


def deep_scan(g, early):
    step(f"{LOST} messages lost")
    for _ in range(LOST):
        early.compose("heartbeat")
    text = early.report("KIL", 102, "--note", "PAST THE WINDOW")
    g.deliver(text)
    row = last(g, 2)
    expect((row["readable"], row["pseudonym"]), (False, ""), "past the window")
    unread = g.status()["unreadable"]
    done = g.command("deep-scan", "Birch 2")
    expect_in("none of 2 texts", done.out, "another monitor's scan")
    done = g.command("deep-scan", "Alder 1")
    expect_in(f"1 text was found, now in the inbox as her message no. {LOST + 2}", done.out, "scan")
    row = g.inbox()[-1]
    expect((row["note"], row["pseudonym"], row["number"]), ("PAST THE WINDOW", "Alder 1", LOST + 2),
           "the found report")
    expect(g.status()["unreadable"], unread - 1, "unreadable ones")
    expect(len(g.inbox("--unreadable")), unread - 1, "unreadable rows")
    is_row(g, early, missing=LOST)
    count = len(g.inbox())
    g.deliver(text)
    g.wait_texts(3)
    expect_in("Nothing was changed", g.command("deep-scan", "--all").out, "a second scan")
    expect(len(g.inbox()), count, "rows after a redelivery and a second scan")
    g.deliver(early.report("KIL", 102, "--note", "AS ALWAYS"))
    expect(last(g, 4)["note"], "AS ALWAYS", "the next one")
    g.close()
    expect_in("ARMED", g.command("deep-scan", "--all", code=1).err, "deep-scan while ARMED")


def main():
    args = options(__doc__)
    with Gateway(args.bin) as g:
        paper, wrong = os.path.join(g.own, "paper"), os.path.join(g.own, "wrong")
        with open(wrong, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as f:
            f.write("0" * 85)
        g.start()
        g.unlock()
        early, late = spare_chains(g, paper, wrong)
        renewal(g, late, paper, wrong)
        switch(g, late, paper)
        again(g, late, paper)
        deep_scan(g, early)
        step("done")


run(main)
