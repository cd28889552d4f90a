#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tocsin-modem with an AT modem: every situation of modem_scenarios.py and modem_trouble.py, most of
them beside each other because they mostly wait; then a whole gateway, from a report to the inbox."""
import concurrent.futures
import contextlib
import os
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from gateway import expect, Failure, options, run, Steps  # noqa: E402
from at_gateway import AtGateway  # noqa: E402
import modem_scenarios as scenarios  # noqa: E402
import modem_trouble  # noqa: E402
from emulator import faults  # noqa: E402
import modem_channel  # noqa: E402
from modem_channel import Modem  # noqa: E402
from modem_emulator import Emulator  # noqa: E402

BESIDE_MAX = 10  # they mostly wait
BESIDE = modem_trouble.BESIDE + scenarios.BESIDE  # the slowest are in the first
IN_VAIN_S = 12  # for what will not come without a fault
BAD = ("Sanitizer", "runtime error", "ssertion")


class World:
    """A folder for one situation."""

    def __init__(self, bin_dir):
        self.program = os.path.join(os.path.abspath(bin_dir), "gateway", "tocsin-modem")
        self.folder = tempfile.mkdtemp(prefix="tocsin-modem-")
        self.log_path = os.path.join(self.folder, "log")

    def emulator(self, **how):
        self.last = Emulator(os.path.join(self.folder, "modem"), **how)
        return self.last

    def modem(self, emulator, *words, **how):
        with open(self.log_path, "ab") as log:
            return Modem(self.program, emulator.link, *words, log=log, **how)

    @contextlib.contextmanager
    def pin(self, content):
        path = os.path.join(self.folder, "pin")
        with open(path, "w", encoding="ascii") as f:
            f.write(content)
        fd = os.open(path, os.O_RDWR)
        try:
            yield fd
        finally:
            os.close(fd)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def show(bin_dir, scenario):
    """None, or what was wrong."""
    world = World(bin_dir)
    begin = time.monotonic()
    try:
        scenario(world)
        bad = [line for line in world.log().splitlines() if any(words in line for words in BAD)
               or scenarios.ME[1:] in line]
        if bad:
            raise Failure(f"in the log: {bad[0]}")
    except Exception as failure:  # the others go on
        said = "".join(f"  {when - world.last.journal[0][0]:.2f} {kind} {text!r}\n"
                       for when, kind, text in list(world.last.journal)[-20:])
        return (f"{scenario.__name__}: {type(failure).__name__}: {failure}\n"
                f"{world.log()[-1500:]}{said}")
    finally:
        world.remove()
    print(f"{time.monotonic() - begin:7.2f} s  {scenario.__name__}", flush=True)
    return None


def whole_gateway(bin_dir):
    """A report from the SIM to the inbox; unplugged and back; and no modem command too many."""
    step = Steps()
    with AtGateway(bin_dir) as g:
        g.start()
        g.unlock()
        monitor = g.enrol("Alder 3")
        g.deliver(monitor.report("KIL", 101, "--note", "SHOTS"))
        g.wait_texts(2)
        begin = time.monotonic()
        g.deliver(monitor.report("KIL", 101))
        g.wait_texts(3)
        expect(len([row for row in g.inbox() if row.get("kind") or row.get("number")]) >= 2, True,
               "reports in the inbox")
        step(f"whole gateway: the third text {time.monotonic() - begin:.2f} s after it arrived")
        g.emulator.unplug(return_s=1)
        g.deliver(monitor.report("KIL", 101))
        begin = time.monotonic()
        g.wait_texts(4)
        step(f"whole gateway: {time.monotonic() - begin:.1f} s after an unplug of 1 s")


def main():
    args = options(__doc__, ("names", {"nargs": "*", "help": "only these situations"}),
                   ("--without", {"help": "a fault or poison that shall have no effect"}))
    if args.without:
        faults.ignore(args.without)
        modem_channel.wait_s = IN_VAIN_S
    chosen = {f.__name__: f for f in scenarios.ALONE + BESIDE}
    if args.names:
        wrong = [show(args.bin, chosen[name]) for name in args.names if name != "whole_gateway"]
        if "whole_gateway" in args.names:
            whole_gateway(args.bin)
    else:
        wrong = [show(args.bin, f) for f in scenarios.ALONE]
        with concurrent.futures.ThreadPoolExecutor(BESIDE_MAX) as pool:
            whole = pool.submit(whole_gateway, args.bin)
            wrong += pool.map(lambda f: show(args.bin, f), BESIDE)
            whole.result()
    wrong = [words for words in wrong if words]
    if wrong:
        raise Failure("\n".join(wrong))


run(main)
