#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Backup and restore through the real programs: no backup without a recovery key; two are kept; a
new box from one of them, and a gateway from its own journal after its anchor was lost.

    test_backup.py --bin BUILD_DIR
"""
import json
import os
import re
import shutil

from gateway import Gateway, Steps, expect, expect_in, options, run

step = Steps()
LATER = "six other words for the new box"


class Restored(Gateway):
    """A new box: nothing is made before a backup is restored on it."""

    def init(self):
        pass

    def restore(self, backup, paper, code=0):
        return self.command("restore", backup, "--yes", "--recovery-key-file", paper,
                            "--modem-device", self.device, "--modem-connection", "none",
                            "--modem-model", "dummy", "--modem-poll", 1, "--argon-memory", 64,
                            "--argon-passes", 3, passphrase=self.passphrase, code=code)


def make(g, usb, paper):
    step("no backup that nobody could open; with a key there is one")
    expect_in("is LOCKED", g.command("backup", usb, code=1).err, "LOCKED")
    g.unlock()
    expect_in("no recovery key", g.command("backup", usb, code=1).err, "without a key")
    expect(os.listdir(usb), [], "nothing is left of it")
    early = g.enrol("Alder 1")
    g.command("recovery-key", "--out", paper)
    late = g.enrol("Birch 2")
    for i in range(3):
        g.deliver(late.report("KIL", 101, "--note", f"REPORT {i}"))
    g.wait_texts(5)
    return early, late


def keep_two(g, usb):
    step("two are kept, and written while ARMED too")
    said = [g.command("backup", usb).out, g.command("backup", usb).out]
    g.close()
    said.append(g.command("backup", usb).out)
    g.unlock()
    names = sorted(os.listdir(usb))
    expect(len(names), 2, "backups kept")
    expect([n.rsplit("-", 1)[1] for n in names], ["00000002.backup", "00000003.backup"], "names")
    expect_in("read back and the same", said[0], "the first")
    expect_in("1 older backup of this gateway removed", said[2], "the third")
    expect_in("spare keys of 1 monitor", said[2], "what it holds")
    expect_in("cannot be opened", g.command("backup", "/nowhere", code=1).err, "no such folder")
    expect(json.loads(g.command("status", "--json").out)["backup"] is not None, True, "status")
    return os.path.join(usb, names[1])


def refuse(n, backup, paper, folder):
    step("what is not a backup, is changed, or has another key, makes nothing")
    wrong = os.path.join(folder, "wrong")
    with open(backup, "rb") as f:
        octets = bytearray(f.read())
    octets[len(octets) // 2] ^= 1
    changed = os.path.join(folder, "changed")
    with open(changed, "wb") as f:
        f.write(octets)
    expect_in("was changed", n.restore(changed, paper, code=1).err, "one octet")
    expect_in("no backup", n.restore(paper, paper, code=1).err, "another file")
    with open(wrong, "w") as f:
        f.write("0" * 85 + "\n")
    os.chmod(wrong, 0o600)
    expect_in("recovery key", n.restore(backup, wrong, code=1).err, "no key at all")
    expect_in("name the backup itself", n.restore(folder, paper, code=1).err, "a folder")
    expect(os.path.exists(n.conf), False, "settings")
    expect(os.path.exists(n.state), False, "state")


def restore(n, late, before, backup, paper):
    step("the new box: the same inbox, a new incarnation, and who must switch")
    done = n.restore(backup, paper)
    expect_in("1 monitor", done.out, "who waits")
    expect_in("enrol", done.out, "who is enrolled anew")
    expect(re.search(r"([0-9A-Z]{5}[ \n]+){8}", done.out) is not None, True, "the new key")
    n.start()
    n.unlock()
    kept = ("seq", "kind", "place", "note", "arrival", "from")
    expect([[r.get(k) for k in kept] for r in n.inbox()], [[r.get(k) for k in kept] for r in before],
           "inbox")
    row = n.roster()[late.name]
    expect((row["chain_waiting"], row["revoked"]), (2, False), "roster")
    expect_in("is what this gateway wrote", n.command("journal", "verify").out, "journal verify")
    late.gateway = n
    n.deliver(late.report("KIL", 101, "--note", "OLD CHAIN"))
    n.wait_texts(1)
    expect("OLD CHAIN" in json.dumps(n.inbox()), False, "the old chain is not read")
    late.next_chain("next-chain", 2)
    n.deliver(late.report("KIL", 101, "--note", "NEW CHAIN"))
    n.wait_texts(2)
    expect(n.inbox()[-1]["note"], "NEW CHAIN", "the first message of the new chain")
    expect(n.roster()[late.name]["chain_waiting"], 0, "nobody waits any more")


def own_journal(g, paper):
    step("the anchor is lost: from its own journal")
    before = g.inbox()
    expect_in("end tocsind first", restore_own(g, paper, code=1).err, "while it runs")
    g.stop()
    os.remove(os.path.join(g.own, "anchor.bin"))
    done = restore_own(g, paper)
    expect_in("state.old", done.out, "where the old store lies")
    expect("anchor.bin.old" in done.out, False, "an old anchor that there was not")
    g.passphrase = LATER
    g.start()
    g.unlock()
    expect([r["seq"] for r in g.inbox()], [r["seq"] for r in before], "inbox")
    shutil.rmtree(g.state + ".old")


def restore_own(g, paper, code=0):
    return g.command("restore", "--own", "--recovery-key-file", paper, passphrase=LATER, code=code)


def main():
    args = options(__doc__)
    with Gateway(args.bin) as g, Restored(args.bin) as n:
        usb, paper = os.path.join(g.folder, "usb"), os.path.join(g.folder, "paper")
        os.mkdir(usb)
        g.start()
        _, late = make(g, usb, paper)
        backup = keep_two(g, usb)
        before = g.inbox()
        refuse(n, backup, paper, g.folder)
        restore(n, late, before, backup, paper)
        own_journal(g, paper)
        g.stop()
        n.stop()
    return 0


if __name__ == "__main__":
    run(main)
