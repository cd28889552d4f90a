#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Coordinators, the two-person rule and the recovery key, through the real programs: one adds
another, two must open together, all passphrases are lost, and the paper opens the gateway again.

usage: test_rights.py --bin BUILD_DIR
"""
import json
import os
import stat
import time

import test_init
from gateway import Gateway, Steps, expect, expect_in, options, run

AGAIN = "words after the second loss"
SILA, TAU, LATER = "sila drew six words", "tau drew six others", "words after the loss"


def files(g, **texts):
    """Each text as a file of its own; their paths."""
    paths = {}
    for name, text in texts.items():
        paths[name] = os.path.join(g.folder, name)
        with open(paths[name], "w") as f:
            f.write(text + "\n")
        os.chmod(paths[name], 0o600)
    return paths


def names(g):
    listed = g.command("coordinator", "list", "--json").out
    return [json.loads(line)["name"] for line in listed.splitlines()]


def people(g, paths):
    expect_in("no recovery key", g.command("status").out, "status")
    g.command("coordinator", "add", "Sila", passphrase=SILA)
    expect_in("12 characters", g.command("coordinator", "add", "Tau", passphrase="short", code=1).err,
              "a weak passphrase")
    expect(names(g), ["first", "Sila"], "coordinators")
    expect_in("Sila", g.command("coordinator", "list").out, "the table")
    g.command("coordinator", "passwd", "Sila", "--old-passphrase-file", paths["tau"],
              passphrase=TAU, code=1)
    g.command("lock")
    g.command("unlock", passphrase=SILA)
    expect_in("not confirmed",
              g.command("coordinator", "remove", "first", code=1).err, "stdin says nothing")
    expect(names(g), ["first", "Sila"], "nobody was removed")


def two(g, paths):
    g.command("coordinator", "two-person", "on")
    g.command("lock")
    status = json.loads(g.command("status", "--json").out)
    expect(status["two_person"], True, "status says it, LOCKED")
    one = g.command("unlock", "--passphrase-file", paths["sila"], code=1)
    expect_in("both passphrases", one.err, "one is not enough")
    twice = g.command("unlock", "--passphrase-file", paths["sila"], "--passphrase-file",
                      paths["sila"], code=1)
    expect_in("of one coordinator", twice.err, "the same one twice")
    g.command("arm", "--passphrase-file", paths["sila"], "--passphrase-file", paths["tau"], code=1)
    expect(g.state_name(), "LOCKED", "state")
    g.command("arm", passphrase=SILA + "\n" + g.passphrase)
    g.command("unlock", "--passphrase-file", paths["first"], "--passphrase-file", paths["sila"])


def at_a_terminal(g):
    """Two are asked for, one after the other, and neither is shown; nor is a new one, typed twice."""
    g.command("lock")
    now = time.strftime("%Y-%m-%dT%H:%M", time.gmtime())
    t = test_init.Terminal(g.cwd, g.program("tocsin"), "-c", g.conf, "unlock", "--date", now)
    t.secret("Passphrase of one coordinator: ", SILA + "\n")
    t.secret("Passphrase of another coordinator: ", g.passphrase + "\n")
    expect(t.end(), 0, f"exit code of unlock at a terminal: {t.seen}")
    u = test_init.Terminal(g.cwd, g.program("tocsin"), "-c", g.conf, "coordinator", "add", "Uma")
    u.secret("she types herself: ", TAU + "\n")
    u.secret("Once more: ", TAU + "\n")
    expect(u.end(), 0, f"exit code of add at a terminal: {u.seen}")
    v = test_init.Terminal(g.cwd, g.program("tocsin"), "-c", g.conf, "coordinator", "remove", "Uma")
    v.answer("Type her name to go on: ", "Uma")
    expect(v.end(), 0, f"exit code of remove at a terminal: {v.seen}")
    expect(any(secret in x.seen for x in (t, u, v) for secret in (SILA, TAU, g.passphrase)), False,
           "a passphrase on a screen")
    expect(test_init.failures, 0, "failures at a terminal")


def print_key(g):
    paper = os.path.join(g.folder, "paper")
    g.command("recovery-key", "--out", paper)
    expect(stat.S_IMODE(os.stat(paper).st_mode), 0o600, "mode of the paper's file")
    with open(paper) as f:
        text = f.read()
    expect(max(len(line) for line in text.splitlines()) <= 32, True, "columns")
    groups = [w for line in text.splitlines() if line.startswith("  ") for w in line.split()]
    expect([len(w) for w in groups], [5] * 17, "groups")
    expect_in("exists already", g.command("recovery-key", "--yes", "--out", paper, code=1).err,
              "a paper that is there")
    expect_in("not confirmed", g.command("recovery-key", code=1).err, "stdin says nothing")
    return paper, groups


def recover(g, paper, groups):
    monitor = g.enrol("after the key")
    g.deliver(monitor.report(1, 101))
    g.wait_modem_empty()
    reports = len(g.inbox("--reports"))
    g.command("lock")
    typed = files(g, typed="-".join(groups).lower(), wrong=" ".join(groups[:-1] + ["00000"]))
    slip = g.command("recover", "Sila", "--recovery-key-file", typed["wrong"], passphrase=LATER,
                     code=1)
    expect_in("compare it with the paper", slip.err, "a slip")
    expect(g.state_name(), "LOCKED", "state")
    done = g.command("recover", "Sila", "--recovery-key-file", paper, passphrase=LATER)
    expect_in("two-person rule still", done.out, "what recover says")
    expect(g.state_name(), "OPEN", "state")
    expect(len(g.inbox("--reports")), reports, "reports")
    g.command("coordinator", "two-person", "off")
    g.restart()
    g.command("unlock", passphrase=SILA, code=1)
    g.command("unlock", passphrase=LATER)
    g.command("lock")
    g.command("recover", "Tau", "--recovery-key-file", typed["typed"], passphrase=TAU)
    expect(names(g), ["first", "Sila", "Tau"], "coordinators")
    recover_by_hand(g, groups)


def recover_by_hand(g, groups):
    """As the paper has it, line by line; and nothing secret is asked for where it would be in vain."""
    expect_in("OPEN already", g.command("recover", "Tau", code=1).err, "recover while OPEN")
    g.command("lock")
    expect_in("is LOCKED", g.command("coordinator", "add", "Uma", code=1).err, "add while LOCKED")
    t = test_init.Terminal(g.cwd, g.program("tocsin"), "-c", g.conf, "recover", "Tau", columns=40)
    t.secret("(not shown): ", " ".join(groups[:5]) + "\n")
    for have in (25, 50, 75):
        t.secret(f"{have} of 85 letters; the next line: ",
                 " ".join(groups[have // 5:have // 5 + 5]).lower() + "\n")
    for _ in range(2):
        t.secret(": ", AGAIN + "\n")
    expect(t.end(), 0, f"exit code of recover at a terminal: {t.seen}")
    expect(max(len(line) for line in t.seen.replace("\r", "").split("\n")) <= 44, True, "width")
    expect(any(group in t.seen.upper() for group in groups), False, "the key on a screen")
    expect(g.state_name(), "OPEN", "state")


def remove(g):
    g.command("coordinator", "remove", "--yes", "Sila")
    g.command("coordinator", "passwd", "--lost", "first", passphrase="a third one, by lot")
    g.restart()
    g.command("unlock", passphrase=LATER, code=1)
    g.command("unlock", passphrase=g.passphrase, code=1)
    g.command("unlock", passphrase="a third one, by lot")
    expect(names(g), ["first", "Tau"], "coordinators")
    status = json.loads(g.command("status", "--json").out)
    expect(status["wrong"], [], "what is wrong")
    expect(status["recovery_key"], True, "recovery key")


def main():
    args = options(__doc__.splitlines()[0])
    step = Steps()
    with Gateway(args.bin) as g:
        paths = files(g, sila=SILA, tau=TAU, first=g.passphrase)
        g.start()
        g.unlock()
        step("one adds another")
        people(g, paths)
        step("two together")
        two(g, paths)
        step("at a terminal")
        at_a_terminal(g)
        step("the recovery key")
        paper, groups = print_key(g)
        step("all is lost, and found")
        recover(g, paper, groups)
        step("one is removed")
        remove(g)
        for secret in (SILA, TAU, LATER, g.passphrase) + tuple(groups):
            expect(secret in g.log(), False, "a secret in the log")
        g.stop()


run(main)
