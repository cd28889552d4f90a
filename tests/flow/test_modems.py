#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two modems of one gateway: a PIN that is wrong and then right, unplug and return, a hang that only a
power cycle ends, a crash; each time the other one goes on. What `tocsin modem` and `status` say of it,
the credit, the sweep, and how often the processes wake up when nothing happens."""
import json
import os
import re
import signal
import time

from gateway import expect, expect_in, Failure, Gateway, options, Processes, run, Steps, wait_for
from modem_emulator import Emulator

REPLUG_S = 10.0  # from the return of the device to the text's commit
HANG_S = 60.0    # from the first command without an answer, likewise
IDLE_S = 12
IDLE_A_MINUTE = 10
PIN = "4711"


class TwoModems(Gateway):
    def __init__(self, bin_dir):
        super().__init__(bin_dir)
        os.rmdir(self.device)
        self.switch = os.path.join(self.folder, "power")
        self.first = Emulator(self.device, control=self.switch)
        self.second = Emulator(os.path.join(self.folder, "modem2"), pin=PIN)
        self.pin_file = os.path.join(self.own, "pin2")

    def remove(self):
        self.first.close()
        self.second.close()
        super().remove()

    def init(self):
        self.command("init", "--yes", "--codebook", self.codebook, "--places", self.places,
                     "--modem-device", self.device, "--modem-connection", "at115200",
                     "--modem-model", "at", "--argon-memory", 64, "--argon-passes", 3,
                     passphrase=self.passphrase)
        cycle = os.path.join(self.own, "cycle")
        with open(cycle, "w", encoding="ascii") as f:
            f.write(f"#!/bin/sh\n[ \"$1\" = '{self.device}' ] && echo power >'{self.switch}'\n")
        os.chmod(cycle, 0o700)
        with open(self.conf, encoding="utf-8") as f:
            text = f.read()
        text = text.replace("modem = {\n", 'modem = {\n\tpower_cycle = "cycle";\n'
                                           '\tcredit_ussd = "*144#";\n\tsweep = "off";\n')
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write(text + f'\nmodem2 = {{\n\tdevice = "{self.second.link}";\n\tpin_file = "pin2";\n'
                           '\tsweep = "off";\n};\nlog = {\n\tlevel = "debug";\n};\n')

    def write_pin(self, pin):
        with open(self.pin_file, "w", encoding="ascii") as f:
            f.write(pin + "\n")
        os.chmod(self.pin_file, 0o600)

    def modem(self, number):
        """Its row of `tocsin modem`."""
        rows = [json.loads(line) for line in self.command("modem", "--json").out.splitlines()]
        return next(row for row in rows if row["modem"] == number)

    def wait_wrong(self, number, words):
        wait_for(lambda: any(words in w for w in self.modem(number)["wrong"]),
                 f"modem {number}: {words}")

    def wait_well(self, number):
        """Connected, listed, nothing wrong."""
        wait_for(lambda: (lambda m: m["connected"] and m["listed_s"] is not None and
                          not m["ended_exit"] and not m["ended_signal"])(self.modem(number)),
                 f"modem {number} to be well")

    def process(self, emulator):
        """Number of the process of this modem; None: there is none."""
        for pid in Processes.mentioning(emulator.link):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    words = f.read().split(b"\0")
            except OSError:
                continue
            if words[0] == b"tocsin-modem":
                return pid
        return None

    def words_of(self, pid):
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read().decode().split("\0")

    def kept(self):
        return self.status(code=None)["kept"]

    def takes(self, emulator, text, within_s, since=None):
        """One text through this modem: committed and deleted, in time since then or now."""
        before = self.kept()
        since = since or time.monotonic()
        emulator.deliver(text, self.number)
        wait_for(lambda: self.kept() == before + 1, f"'{text}' to be kept", within_s)
        wait_for(lambda: not emulator.waiting(), "its slot to be free")
        took = time.monotonic() - since
        if took > within_s:
            raise Failure(f"'{text}' took {took:.1f} s, not {within_s}")
        return took

    def wakeups(self):
        total = 0
        pids = [self.daemon.pid] + [p for p in Processes.mentioning(self.folder)
                                    if self.words_of(p)[0] in ("tocsin-core", "tocsin-modem")]
        expect(len(set(pids)), 4, "tocsind, core and two modems")
        for pid in set(pids):
            with open(f"/proc/{pid}/status", encoding="ascii") as f:
                total += int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", f.read(), re.M)[1])
        return total


def pin(g, step):
    """Wrong: tried once, said with what to do; nothing more until the file changes."""
    g.wait_well(1)
    g.wait_wrong(2, "did not open with the PIN in")
    expect(g.second.pin_tries, 2, "tries that the SIM has left")
    result = g.command("status", code=3)
    expect_in("the SIM card of modem 2 did not open", result.out, "status")
    time.sleep(1)
    expect((g.process(g.second), g.second.pin_tries), (None, 2), "a second try")
    g.takes(g.first, "EW1 the other one goes on", 5)
    g.write_pin(PIN)
    g.wait_well(2)
    g.takes(g.second, "EW1 with its PIN", 5)
    step("a wrong PIN was tried once, the right one opened the SIM")


def sweep(g, step):
    """What was deleted stays on a SIM; after the sweep of one modem it is gone there."""
    before = (g.first.holds_number(g.number), g.second.holds_number(g.number))
    if 0 in before:
        raise Failure(f"the SIMs keep no number of deleted texts: {before}")
    expect(g.modem(1)["swept"], None, "a sweep that nobody asked for")
    g.command("modem", "sweep", 1)
    wait_for(lambda: g.modem(1)["swept"], "the sweep")
    expect((g.modem(1)["swept_whole"], g.modem(2)["swept"]), (True, None), "what was swept")
    expect((g.first.holds_number(g.number), g.second.holds_number(g.number)), (0, before[1]),
           "numbers on the SIMs")
    step("one SIM was swept, the other not")


def unplug(g, step):
    other = g.process(g.second)
    g.first.unplug()
    g.wait_wrong(1, "is not plugged in")
    g.takes(g.second, "EW1 meanwhile", 5)
    begin = time.monotonic()
    g.first.replug()
    took = g.takes(g.first, "EW1 plugged in again", REPLUG_S, begin)
    expect(g.process(g.second), other, "the other modem's process")
    g.wait_well(1)
    step(f"plugged in again: the next text after {took:.1f} s")


def crash(g, step):
    """A process that a signal ended: the next one looks with care, and takes what is there."""
    pid, other = g.process(g.first), g.process(g.second)
    os.kill(pid, signal.SIGABRT)  # a sanitizer would make an exit code of SIGSEGV
    again = wait_for(lambda: (lambda p: p if p != pid else None)(g.process(g.first)), "a new one")
    expect_in("-R", g.words_of(again), "arguments of the next process")
    g.takes(g.first, "EW1 after a crash", 20)
    expect(g.process(g.second), other, "the other modem's process")
    g.wait_well(1)
    step("a crash: the next process was started with -R")


def credit(g, step):
    said = g.command("modem", "credit", 1).out
    expect_in("Airtime balance: 50.00", said, "what the network said")
    expect(g.modem(1)["credit"], "Airtime balance: 50.00", "the same later")
    if "Airtime" in g.log() or "4711" in g.log():
        raise Failure("the log holds what the network said, or the PIN")
    g.command("modem", "credit", 2, code=1)
    step("the credit was asked for")


def idle(g, step):
    def is_quiet():
        before = g.wakeups()
        time.sleep(3)
        return g.wakeups() == before

    wait_for(is_quiet, "what comes behind a batch, and a new process's sweep, to be done", 60)
    before = g.wakeups()
    time.sleep(IDLE_S)
    count = g.wakeups() - before
    if count * 60 > IDLE_A_MINUTE * IDLE_S:
        raise Failure(f"{count} wake-ups in {IDLE_S} idle seconds")
    step(f"{count} wake-ups of all processes in {IDLE_S} idle seconds")


def hang(g, step):
    """Nothing but its power brings it back. It is found by the first command without an answer."""
    other = g.process(g.second)
    g.first.hang()
    g.first.deliver("EW1 waits in a hung modem", g.number)
    before = g.kept()
    begin = time.monotonic()
    asking = g.start_command("modem", "list", 1)
    wait_for(lambda: g.kept() == before + 1, "the text in the hung modem", HANG_S)
    took = time.monotonic() - begin
    asking.communicate(timeout=60)
    expect(g.first.count("power"), 1, "power cycles")
    expect(len(g.log_events("POWER_CYCLE")), 1, "power cycles in the log")
    g.wait_well(1)
    expect((g.modem(1)["power_cycled"], g.modem(1)["power_cycles"]), (0, 1), "cycles counted")
    expect(g.process(g.second), other, "the other modem's process")
    step(f"hung, power cut, receiving again after {took:.1f} s")


def main():
    opts = options(__doc__)
    step = Steps()
    with TwoModems(opts.bin) as g:
        g.write_pin("0000")
        g.start(wait=False)
        wait_for(lambda: g.status(code=None), "core")
        for test in (pin, credit, sweep, unplug, crash, idle, hang):
            test(g, step)
        expect(g.command("check").code, 0, "check")
        g.stop()
        step("stopped")


if __name__ == "__main__":
    run(main)
