#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A GSM modem on a pseudo terminal, for tests and for a person who wants to see a gateway work.

    with Emulator(link, sim=30) as e:
        e.deliver("EW1 hello", sender="+254711111111")    waits in the network until a slot is free
        e.faults.slow_delete = 6.5                        the switches: emulator/faults.py
        e.unplug(return_s=3)                              its tty goes, and comes back
        e.sent, e.journal, e.commands(), e.messages, e.raw()

    python3 tests/support/modem_emulator.py --link /tmp/modem --sim 30 --deliver "EW1 hello"

The SIM keeps what was deleted, as SIMs do, until the record is written again: raw() shows it.
As a program it takes commands from standard input, or from the FIFO that --control makes:
"""
import argparse
import errno
import fcntl
import heapq
import itertools
import os
import pty
import select
import shlex
import signal
import stat
import sys
import termios
import threading
import time
import tty

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from emulator.faults import Faults, POISON, rule  # noqa: E402,F401
from emulator.machine import Machine  # noqa: E402
from emulator import pdu  # noqa: E402,F401
from emulator.storage import RECORD, WRITTEN  # noqa: E402,F401

LOOK_S = 1.0     # an exclusive tty is made common again so often
CHUNK = 4096
DROP = 1 << 22   # octets nobody reads: a modem has no more room either


class Emulator(Machine):
    """pin: the SIM asks for it. control: a FIFO that takes the program's commands, for a power
    switch that a gateway may be told of (`echo power >FIFO`)."""

    def __init__(self, link, sim=30, phone=0, pin=None, faults=None, control=None, plugged=True):
        self.lock = threading.RLock()
        self.link = os.path.abspath(link)
        self.control_path = control
        self.plugged_in = False
        self._master = self._slave = -1
        self._out = bytearray()
        self._timers, self._order, self._generation = [], itertools.count(), 0
        self._wake_r, self._wake_w = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._control = self._open_control(control) if control else -1
        self._control_text = b""
        self._ending = False
        self._storm_due = 0.0
        super().__init__(sim, phone, pin, faults)
        self.faults.__dict__["tell"] = self._wake  # a storm begins at once
        if plugged:
            self.replug()
        self._thread = threading.Thread(target=self._serve, name="modem", daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close()

    def close(self):
        with self.lock:
            self._ending = True
        self._wake()
        self._thread.join()
        with self.lock:
            if self.plugged_in:
                self._pull()
            for fd in (self._wake_r, self._wake_w, self._control):
                if fd >= 0:
                    os.close(fd)
            self._wake_w = -1
            if self.control_path:
                os.unlink(self.control_path)

    @staticmethod
    def _open_control(path):
        if not (os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode)):
            os.mkfifo(path, 0o600)  # one that an emulator left, which was killed, is used again
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    # --- the tty ---

    def replug(self):
        """A new pseudo terminal behind the same link. What a modem forgets is forgotten."""
        with self.lock:
            if self.plugged_in:
                return
            self._master, self._slave = pty.openpty()
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)
            beside = f"{self.link}.{os.getpid()}"
            os.symlink(os.ttyname(self._slave), beside)
            os.rename(beside, self.link)
            self.plugged_in = True
            self.power_on()
            self.log("replug")
            self._fill()
        self._wake()

    def _pull(self):
        if os.path.islink(self.link):
            os.unlink(self.link)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1
        self._out.clear()
        self._generation += 1
        self._busy, self._prompt = False, None
        self.hints = [0, 0, 0, 0, 0]
        self.plugged_in = False

    def unplug(self, return_s=None):
        """The tty goes away, whoever holds it. return_s: it comes back after so many seconds."""
        self._here(self._unplug, return_s)

    def _unplug(self, return_s):
        if self.plugged_in:
            self.log("unplug")
            self._pull()
        if return_s is not None:
            self.later(return_s, self.replug, keep=True)

    def _here(self, call, *words):
        """In the thread, where no poll() keeps the tty alive; done when this returns."""
        if threading.current_thread() is self._thread:
            call(*words)
            return
        done = threading.Event()
        self.later(0, lambda: (call(*words), done.set()), keep=True)
        done.wait()

    def power_cycle(self):
        self.log("power")
        self.unplug(return_s=self.faults.power_s)

    def reset(self):
        """AT+CFUN=1,1: everything forgotten, the tty stays."""
        with self.lock:
            self.log("reset")
            self.power_on()

    def hang(self, seconds=None):
        """Not one octet any more: until unplugged, or for so many seconds."""
        with self.lock:
            self._hang()
            if seconds is not None:
                self.later(seconds, self.wake_up)

    def wake_up(self):
        """The end of a hang. What was written to the modem meanwhile is lost."""
        with self.lock:
            self.log("wake up")
            self.faults.hang = False
            self._line.clear()
            self._prompt = None
            self._input.clear()
            self._ready()

    # --- the network ---

    def deliver(self, text="", sender="+254711111111", **how):
        """Give the network a message for this modem; its Message. how: coding, udh, when, smsc, dcs
        (emulator/pdu.py); poison=NAME (POISON); pdu=octets or the line itself; memory; name."""
        with self.lock:
            return self.accept(self.message(text, sender, **how))

    def deliver_long(self, text, sender="+254711111111", skip=(), **how):
        """As parts. skip: these part numbers never arrive. how: reference, size, bits."""
        with self.lock:
            return [self.accept(self.message(text, sender, pdu=octets))
                    for n, octets in enumerate(pdu.parts(text, sender, **how), 1)
                    if n not in skip]

    def fill_now(self):
        """With faults.refill off: let the network fill the free slots once."""
        with self.lock:
            self._fill(even=True)

    def report_for(self, index, status=0):
        """A status report for self.sent[index]."""
        with self.lock:
            return self.report(self.sent[index].reference, self.sent[index].number, status)

    def waiting(self):
        """Messages that the modem or the network still has, but for what AT+CMGW wrote."""
        with self.lock:
            return len(self.network) + sum(m.message[i].name != WRITTEN
                                           for m in self.memories.values() for i in m.used())

    def raw(self):
        """The raw octets of every storage, deleted messages and all."""
        with self.lock:
            return b"".join(m.raw() for m in self.memories.values())

    def holds_number(self, number):
        """How often a number's semi-octets are in the raw storage."""
        return self.raw().count(pdu.address(number)[2:2 + len(number.lstrip("+")) // 2])

    def count(self, kind, since=0.0):
        """Entries of the journal of this kind."""
        return sum(1 for when, k, _ in list(self.journal) if k == kind and when >= since)

    # --- the thread ---

    def emit(self, octets):
        if self._master < 0:
            return
        if len(self._out) + len(octets) > DROP:
            self.log("dropped", str(len(octets)))
            return
        self._out += octets
        if threading.current_thread() is not self._thread:
            self._wake()

    def later(self, seconds, call, keep=False):
        with self.lock:
            heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order),
                                          None if keep else self._generation, call))
        self._wake()

    def _wake(self):
        if self._wake_w >= 0:
            try:
                os.write(self._wake_w, b"x")
            except BlockingIOError:
                pass

    def _serve(self):
        while True:
            with self.lock:
                if self._ending:
                    return
                wait = self._due()
                poll = select.poll()
                poll.register(self._wake_r, select.POLLIN)
                if self._control >= 0:
                    poll.register(self._control, select.POLLIN)
                if self._master >= 0:
                    poll.register(self._master, select.POLLIN
                                  | (select.POLLOUT if self._out else 0))
            ready = dict(poll.poll(wait * 1000))
            with self.lock:
                if self._wake_r in ready:
                    os.read(self._wake_r, CHUNK)
                if self._control >= 0 and self._control in ready:
                    self._obey()
                if self._master >= 0:
                    self._exchange(ready.get(self._master, 0))

    def _due(self):
        """Run what is due; seconds to the next thing."""
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            _, _, generation, call = heapq.heappop(self._timers)
            if generation is None or generation == self._generation:
                call()
        waits = [LOOK_S] + [t[0] - now for t in self._timers[:1]]
        if self.faults.storm > 0:
            if self._storm_due <= now:
                self._storm_due = now + 1 / self.faults.storm
                self.storm()
            waits.append(self._storm_due - now)
        return max(0.0, min(waits))

    def _exchange(self, events):
        try:
            # A program that was killed leaves its claim behind (this end holds the tty open).
            fcntl.ioctl(self._slave, termios.TIOCNXCL)
            if events & select.POLLIN:
                self.feed(os.read(self._master, CHUNK))
            while self._out:
                count = os.write(self._master, self._out[:CHUNK])
                del self._out[:count]
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno != errno.EIO:
                raise

    def _obey(self):
        self._control_text += os.read(self._control, CHUNK)
        *lines, self._control_text = self._control_text.split(b"\n")
        for line in lines:
            Shell(self).obey(line.decode("utf-8", "replace"))


class Shell:
    """Commands of a person, or of a line in the control FIFO."""

    def __init__(self, emulator):
        self.e = emulator

    def obey(self, line):
        """What to print. A command that is wrong says so."""
        words = line.split(None, 1)
        if not words:
            return ""
        method = getattr(self, "do_" + words[0].replace("-", "_"), None)
        if method is None:
            return "no such command; try: help"
        try:
            said = method(words[1].strip() if len(words) > 1 else "")
        except (ValueError, KeyError, AttributeError, IndexError, OSError) as error:
            return f"{type(error).__name__}: {error}"
        return "" if said is None else str(said)

    def do_deliver(self, rest):
        """deliver NUMBER TEXT       a message from the network"""
        number, text = rest.split(None, 1)
        self.e.deliver(text, number)

    def do_poison(self, rest):
        """poison [NAME]             a PDU that hurts; without a name: their list"""
        if not rest:
            return "\n".join(f"{name:16}{words}" for name, (_, words) in POISON.items())
        self.e.deliver(poison=rest)
        return ""

    def do_unplug(self, rest):
        """unplug [SECONDS]          the tty goes, and comes back after so long"""
        self.e.unplug(float(rest) if rest else None)

    def do_replug(self, rest):
        """replug"""
        self.e.replug()

    def do_power(self, rest):
        """power                     off and on again"""
        self.e.power_cycle()

    def do_hang(self, rest):
        """hang [SECONDS]            no answer any more"""
        self.e.hang(float(rest) if rest else None)

    def do_report(self, rest):
        """report [N [STATUS]]       the network reports on the Nth message sent (last: -1)"""
        words = rest.split()
        self.e.report_for(int(words[0]) if words else -1, int(words[1], 0) if words[1:] else 0)

    def do_sent(self, rest):
        """sent                      what was sent"""
        return "\n".join(f"{s.reference} {s.number} {s.coding} {s.text!r}"
                         + (" with report" if s.report else "") for s in self.e.sent)

    def do_journal(self, rest):
        """journal [N]               the last N things that happened"""
        return "\n".join(f"{when:12.3f} {kind:8} {text!r}"
                         for when, kind, text in self.e.journal[-int(rest or 20):])

    def do_raw(self, rest):
        """raw                       the storage, deleted messages and all"""
        return "\n".join(f"{name} {i:3d} {'used' if m.holds(i) else 'free'} "
                         + m.records[(i - 1) * RECORD:i * RECORD].rstrip(b"\xff").hex()
                         for name, m in self.e.memories.items() for i in range(1, m.capacity + 1)
                         if m.records[(i - 1) * RECORD + 1:i * RECORD].strip(b"\xff"))

    def do_fault(self, rest):
        """fault [NAME VALUE]        a switch; without one: their list"""
        if not rest:
            return "\n".join(f"{name:22}{getattr(self.e.faults, name)!r:10} {words}"
                             for name, words in Faults.table().items())
        name, value = shlex.split(rest)
        old = getattr(self.e.faults, name)
        if isinstance(old, (dict, list, set)):
            raise ValueError("this switch is for programs")
        kind = type(old)
        self.e.faults.set(**{name: value in ("1", "on", "True") if kind is bool else kind(value)})
        return ""

    def do_help(self, rest):
        """help"""
        return "\n".join("  " + getattr(self, name).__doc__ for name in dir(self)
                         if name.startswith("do_"))


def main():
    helps = Shell(None).do_help("")
    parser = argparse.ArgumentParser(description=__doc__ + helps,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--link", required=True, help="where the tty shall be found")
    parser.add_argument("--sim", type=int, default=30, help="slots of the SIM")
    parser.add_argument("--phone", type=int, default=0, help="slots of the phone's own storage")
    parser.add_argument("--pin", help="the SIM asks for this PIN")
    parser.add_argument("--control", help="make a FIFO here that takes the same commands")
    parser.add_argument("--deliver", action="append", default=[], metavar="TEXT")
    parser.add_argument("--sender", default="+254711111111")
    o = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # no link is left to somebody's next tty
    with Emulator(o.link, o.sim, o.phone, o.pin, control=o.control) as e:
        for text in o.deliver:
            e.deliver(text, o.sender)
        print(f"{o.link} is ready; try: help", flush=True)
        shell = Shell(e)
        try:
            for line in sys.stdin:
                said = shell.obey(line)
                if said:
                    print(said, flush=True)
            while o.control:  # no terminal: until it is ended
                time.sleep(60)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
