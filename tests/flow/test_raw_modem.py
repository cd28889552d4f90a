#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The raw road and the sweep (gateway/modem/rescue.c, sweep.c) against the modem emulator: what a
poisoned slot becomes, what a sweep leaves of the senders' numbers in the raw storage, and that
neither loses a text that arrives meanwhile."""
import argparse
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from emulator import faults, pdu  # noqa: E402
from expect import Failure, expect  # noqa: E402
from modem_emulator import Emulator, Faults, POISON, rule  # noqa: E402

WAIT_S = 20.0
LONG_MS = "60000"
NEVER = "-1"
OWN_DRAFT = bytes.fromhex("0001000C915274214365870000" + "05E8329BFD06")
# gateway/modem/pdu.h and schemas/undecoded.def: what each of the emulator's poisons is.
POISONED = {
    "truncated": "undecoded 2", "truncated_text": "undecoded 2", "zero": "undecoded 2",
    "first_ff": "undecoded 3", "not_hex": "undecoded 1", "smsc_length": "undecoded 3",
    "smsc_digits": "undecoded 3", "part_zero": "text part nought", "compressed": "undecoded 6",
    "filled_ff": "undecoded 3", "shell": "text EW1 hello"}
RESERVED = ("text", "undecoded 2", "undecoded 6")  # by how many octets there happen to be


class Rig:
    """An emulator whose hints are on, and the program on its tty."""
    program = None

    def __init__(self, **how):
        self.folder = tempfile.TemporaryDirectory()
        self.e = Emulator(os.path.join(self.folder.name, "tty"), **how)
        self.e.hints = [2, 1, 0, 2, 0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.e.close()
        self.folder.cleanup()

    def start(self, *action):
        return subprocess.Popen([self.program, self.e.link, *action], stdout=subprocess.PIPE,
                                text=True)

    def run(self, *action):
        """Its lines and its status."""
        return self.end(self.start(*action))

    @staticmethod
    def end(process):
        out = process.communicate(timeout=WAIT_S * 4)[0].split("\n")
        expect(process.returncode, 0, "exit")
        return out[:-2], out[-2]

    def sweep(self, *words):
        lines, status = self.run("sweep", *(words or (LONG_MS, NEVER)))
        return lines[0], status

    def until(self, kind, count):
        """Wait until that many such things happened in the emulator."""
        end = time.monotonic() + WAIT_S
        while self.e.count(kind) < count:
            if time.monotonic() > end:
                raise Failure(f"no {count}th {kind}")
            time.sleep(0.002)

    def used(self, name="SM"):
        return self.e.memories[name].used()

    def is_there(self, message):
        """It can be read where the network put it, or waits in the network."""
        return message in self.e.network or \
            self.e.memories[message.slot[0]].message[message.slot[1]] is message


def seized(rig, count, memory=""):
    """Fill and empty slots as a gateway does; the senders."""
    senders = [f"+2547{memory == 'ME':d}{n:07d}" for n in range(1357900, 1357900 + count)]
    for n, sender in enumerate(senders):
        rig.e.deliver(f"report no. {n}", sender, memory=memory)
    for n in range(count):
        expect(rig.run("delete", memory or "SM", str(n + 1))[1], "= OK hint=0" if n else
               "= OK hint=1", "delete")
    for sender in senders:
        expect(rig.e.holds_number(sender), 1, f"{sender} in the raw storage before a sweep")
    return senders


# --- the raw road ---

def check_rescue():
    with Rig(sim=len(POISON) + 3) as r:
        names = list(POISON)
        for name in names:
            r.e.deliver(poison=name)
        r.e.deliver("hello, a sound one {€}", "+254733000999")
        lines, status = r.run("list", "SM")
        expect(status, "= OK hint=1", "list")
        expect(len(lines), len(names) + 1, "slots")
        expect(lines[-1], f"{len(names) + 1} arrived text hello, a sound one {{€}}", "a sound one")
        for n, name in enumerate(names, 1):
            if name == "reserved":
                if not any(f"{n} arrived {w}" in lines[n - 1] for w in RESERVED):
                    raise Failure(f"{name}: {lines[n - 1]}")
            else:
                expect(lines[n - 1], f"{n} arrived {POISONED[name]}", name)
            expect(r.run("read", "SM", str(n))[0], [lines[n - 1]], f"{name} by itself")
            expect(r.run("delete", "SM", str(n))[1], "= OK hint=0", f"{name} deleted")
        expect(r.used(), [len(names) + 1], "what is left")


def check_words():
    """What some modems say when they have just begun, without a sign before it: no text is taken for
    poison, and its slot freed, because they say it behind the head of its entry."""
    for words in ("Call Ready", "SMS Ready", "PB DONE", "RDY", "NORMAL POWER DOWN"):
        with Rig(sim=3) as r:
            r.e.deliver("hello", "+254733000999")
            r.e.deliver(poison="not_hex")
            r.e.faults.words_in_entry = words
            lines = ["1 arrived text hello", f"2 arrived {POISONED['not_hex']}"]
            expect(r.run("list", "SM")[0], lines, f"listed with {words}")
            for n, line in enumerate(lines, 1):
                expect(r.run("read", "SM", str(n))[0], [line], f"read with {words}")
            said = sum(words in t for _, kind, t in r.e.journal if kind == "reply")
            expect(said, 3, f"answers with {words}")


def check_slots():
    """Empty ones, refusals, drafts, the other storage, and the selection afterwards."""
    with Rig(sim=3, phone=4) as r:
        for empty in (0, 321):
            r.e.faults.empty_slot = empty
            expect(r.run("read", "SM", "2")[0], ["2 empty"], "an empty slot")
        r.e.faults.cms_error = [rule("CMGR", 500)]
        expect(r.run("read", "SM", "1")[0], ["1 refused 500"], "a refusal")
        for empty in (0, 321, 500):
            r.e.faults.empty_list = empty
            expect(r.run("list", "SM"), ([], "= OK hint=0"), "an empty storage")
        r.e.deliver("in the phone", memory="ME")
        r.e.memories["SM"].write(2, 0x07, OWN_DRAFT)
        expect(r.run("list", "SM"), (["2 own"], "= OK hint=1"), "a draft")
        expect(r.run("list", "ME"), (["1 arrived text in the phone"], "= OK hint=0"), "the phone")
        expect(r.e.selected, ["SM", "SM", "SM"], "the selection afterwards")
        r.e.selected = ["ME", "SM", "SM"]
        expect(r.run("read", "SM", "2")[0], ["2 own"], "a draft")
        expect(r.e.selected, ["ME", "SM", "SM"], "the selection afterwards")
        r.e.faults.delete_fails = 1
        expect(r.run("delete", "ME", "1")[1], "= NOT_ALLOWED hint=0", "a refused delete")
        expect(r.used("ME"), [1], "nothing deleted")
        r.e.faults.slow_delete = 6.5
        expect(r.run("delete", "ME", "1")[1], "= OK hint=0", "a slow delete")
        expect(r.e.commands()["CMGD"], 2, "deletes sent")
        r.e.faults.slow_delete = 0
        for code, status in ((321, "OK"), (500, "NOT_ALLOWED")):
            r.e.faults.delete_empty = code
            expect(r.run("delete", "ME", "1")[1], f"= {status} hint=0", "nothing there to delete")
    with Rig(sim=3) as r:
        expect(r.run("list", "ME")[1], "= UNKNOWN hint=0", "no such storage")
        r.e.echo = False
        expect(r.run("read", "SM", "1")[0], ["1 empty"], "with echo off before")
        r.e.faults.storm = 200
        expect(r.run("read", "SM", "1")[0], ["1 empty"], "in a storm")
        r.e.faults.storm = 0
        r.e.faults.hang_at = "CMGR"
        expect(r.run("probe")[1], "= OK hint=0", "probe")
        process = r.start("read", "SM", "1")
        r.until("hang", 1)
        r.e.unplug()
        expect(r.end(process)[1], "= CLOSED hint=0", "unplugged in a hang")
        expect(r.run("probe")[1], "= CLOSED hint=0", "no device")


# --- the sweep ---

def check_sweep():
    with Rig(sim=30) as r:
        senders = seized(r, 30)
        expect(r.sweep(), ("done slots=30 whole=1 left=0", "= OK hint=0"), "sweep")
        for sender in senders:
            expect(r.e.holds_number(sender), 0, f"{sender} in the raw storage after a sweep")
        expect(r.used(), [], "slots in use after it")
        expect(r.e.selected, ["SM", "SM", "SM"], "the selection afterwards")
        expect({len(t) for _, kind, t in r.e.journal if kind == "pdu"}, {2 * 175}, "whole records")


def check_two_storages():
    with Rig(sim=5, phone=4) as r:
        senders = seized(r, 5) + seized(r, 4, "ME")
        expect(r.sweep(), ("done slots=9 whole=1 left=0", "= OK hint=0"), "sweep of both")
        expect([s for s in senders if r.e.holds_number(s)], [], "numbers left")
    with Rig(sim=1) as r:
        senders = seized(r, 1)
        expect(r.sweep()[0], "done slots=1 whole=1 left=0", "sweep of one slot")
        expect(r.e.holds_number(senders[0]), 0, "number left")
    with Rig(sim=3) as r:
        r.e.deliver("waiting")
        expect(r.sweep()[0], "arrived slots=0 whole=0 left=0", "something waits")
        expect(r.e.commands()["CMGW"], 0, "written while something waits")


def check_one_free():
    """A slot stays free but for the one command between the last filler and the next delete."""
    with Rig(sim=6) as r:
        seized(r, 6)
        start, storage, full = time.monotonic(), r.e.memories["SM"], []
        write = storage.write

        def watch(*words):
            write(*words)
            if storage.free() is None:
                full.append(r.e.count("command", start))
        storage.write = watch
        expect(r.sweep()[0], "done slots=6 whole=1 left=0", "sweep")
        expect(len(full), 1, "times without a free slot")
        commands = [t for when, kind, t in r.e.journal if kind == "command" and when >= start]
        expect(commands[full[0]][:7], "AT+CMGD", "the command behind it")


def check_arrivals():
    for hidden in (0, -1):
        with Rig(sim=12) as r:
            seized(r, 12)
            r.e.faults.set(latency={"CMGW": 0.05}, lost_cmti=hidden)
            before = r.e.count("prompt")
            process = r.start("sweep", LONG_MS, NEVER)
            r.until("prompt", before + 4)
            message = r.e.deliver("in the middle", "+254733000111")
            lines, status = r.end(process)
            expect(lines[0].split(" slots")[0], "arrived", "outcome")
            expect(" left=0" in lines[0], True, "nothing left")
            expect(r.is_there(message), True, "the arrived text is there")
            expect(r.used(), [message.slot[1]], "it alone")
            expect(status, f"= OK hint={1 + hidden}", "the hint")
            if not hidden:
                expect(r.e.commands()["CMGW"] < 8, True, "it ended at once")
    with Rig(sim=3) as r:  # more than fits, while every slot is a filler's
        seized(r, 3)
        r.e.faults.latency = {"CMGW": 0.05}
        before = r.e.count("prompt")
        process = r.start("sweep", LONG_MS, NEVER)
        r.until("prompt", before + 2)
        messages = [r.e.deliver(f"no. {n}") for n in range(5)]
        r.end(process)
        expect([m for m in messages if not r.is_there(m)], [], "lost")
        expect(r.used(), [1, 2, 3], "slots refilled by the network")


def check_cannot():
    with Rig(sim=4, faults=Faults(no_cmgw=True)) as r:
        expect(r.sweep(), ("cannot slots=0 whole=0 left=0", "= OK hint=0"), "no AT+CMGW")
    with Rig(sim=4) as r:  # refuses the long form
        senders = seized(r, 4)
        r.e.faults.cms_error = [rule("CMGW", 304)]
        expect(r.sweep()[0], "done slots=4 whole=1 left=0", "the other form")
        expect([s for s in senders if r.e.holds_number(s)], [], "numbers left")
    for length, words in ((175, "done slots=4 whole=1 left=0"), (0, "cannot slots=0 whole=0 left=0")):
        with Rig(sim=4) as r:  # changes what it stores: of the long form, of both
            storage = r.e.memories["SM"]
            write = storage.write

            def change(index, status, octets, message=None):
                if status == 0x07 and len(octets) >= length:
                    octets, message = octets[:-1] + b"\0", None
                write(index, status, octets, message)
            storage.write = change
            expect(r.sweep()[0], words, "a modem that changes what it stores")
            expect(r.used(), [], "nothing left behind")


def check_ends():
    with Rig(sim=8) as r:
        expect(r.sweep(LONG_MS, "3")[0], "stopped slots=2 whole=0 left=0", "stopped")
        expect(r.sweep("0", NEVER)[0], "stopped slots=0 whole=0 left=0", "no time")
        expect(r.used(), [], "fillers left")
        # ended in the middle, beside a draft and a text that are not its own
        r.e.memories["SM"].write(2, 0x07, OWN_DRAFT)
        r.e.faults.latency = {"CMGW": 0.05}
        before = r.e.count("prompt")
        process = r.start("sweep", LONG_MS, NEVER)
        r.until("prompt", before + 4)
        process.kill()
        process.communicate()
        message = r.e.deliver("arrived after it")
        expect(len(r.used()) > 4, True, "fillers left behind")
        expect(r.run("probe")[1].split()[1], "OK", "it answers, prompt or not")
        lines, status = r.run("clean")
        expect(status.split()[1], "OK", "clean")
        expect(r.used(), sorted([2, message.slot[1]]), "the draft and the text alone")
        expect(r.is_there(message), True, "the text")
        r.run("delete", "SM", str(message.slot[1]))
        expect(r.sweep()[0], "done slots=7 whole=1 left=0", "the next sweep")
        expect(r.used(), [2], "the draft alone")


def check_faults():
    with Rig(sim=5) as r:
        r.e.faults.delete_fails = 2
        expect(r.sweep()[0].split(" left")[0], "done slots=5 whole=1", "two deletes refused")
        expect(r.run("clean")[1], "= OK hint=0", "clean")
        expect(r.used(), [], "fillers left")
        r.e.faults.hang_at = "CMGW"
        process = r.start("sweep", LONG_MS, NEVER)
        r.until("hang", 1)
        lines, status = r.end(process)
        expect(status, "= DEVICE hint=0", "a modem that hangs")
        expect(lines[0].endswith("left=1"), True, "it says that fillers may be left")
        r.e.power_cycle()
        r.until("replug", 2)
        expect(r.run("clean")[1], "= OK hint=0", "clean after it")
        expect(r.used(), [], "fillers left")
        messages = [r.e.deliver(f"no. {n}") for n in range(5)]
        r.e.faults.hang_mid_reply = "CMGL"
        expect(r.run("list", "SM")[1].split()[1], "DEVICE", "hung in the middle of a listing")
        expect(r.run("probe")[1], "= DEVICE hint=0", "still hung")
        expect([m for m in messages if not r.is_there(m)], [], "lost")


CHECKS = (check_rescue, check_words, check_slots, check_sweep, check_two_storages, check_one_free,
          check_arrivals, check_cannot, check_ends, check_faults)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("only", nargs="*")
    parser.add_argument("--without", help="a fault or poison that shall have no effect")
    o = parser.parse_args()
    if o.without:
        faults.ignore(o.without)
    Rig.program = os.path.join(o.bin, "tests", "flow", "raw_modem")
    expect(set(POISON) - set(POISONED), {"reserved"}, "poisons without a word here")
    for check in CHECKS:
        if o.only and check.__name__ not in o.only:
            continue
        start = time.monotonic()
        try:
            check()
        except Failure as failure:
            print(f"FAILED: {check.__name__}: Failure: {failure}")
            return 1
        print(f"{check.__name__} {time.monotonic() - start:.1f} s", flush=True)
    return 0


sys.exit(main())
