# SPDX-License-Identifier: GPL-2.0-or-later
"""tocsin-modem alone, with this as core at the other end of its channel.

    with Modem(program, "link") as m:       m.texts, m.reports, m.states, m.sent, m.credits
        m.wait(lambda: len(m.texts) == 3)
        m.send("+254700000001", "come", report=True)

It keeps what is handed over, in order, and says so at once, unless `keeps` is False. Layouts:
schemas/messages.h; numbers of the types: the order of schemas/messages.def.
"""
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

HEAD = struct.Struct("=II")
SMS = struct.Struct("=QqHBB320s140s24s")
REPORT = struct.Struct("=QIIII24s")
LISTED = struct.Struct("=IIII")
KEPT = struct.Struct("=II256Q")
SEND = struct.Struct("=QII24s320s")
SENT = struct.Struct("=QIIII")
STATE = struct.Struct("=iIIIIIIIIIqII")
CREDIT = struct.Struct("=II184s")
DO = struct.Struct("=II")

TEXT, OCTETS, UNDECODED = 0, 1, 2
DONE, REFUSED, UNKNOWN = 1, 2, 3
SWEEP, ASK_CREDIT, LIST = 1, 2, 3
BATCH = 256
wait_s = 30.0  # of wait(), unless it is told another time
STATE_FIELDS = ("signal registration sim_used sim_size phone_used phone_size skipped quarantined "
                "sweep swept_slots swept_s swept_whole hints").split()


def _types():
    with open(os.path.join(PROJECT, "schemas", "messages.def"), encoding="utf-8") as f:
        names = re.findall(r"^X\((\w+),", f.read(), re.MULTILINE)
    return {name: number for number, name in enumerate(names, 1)}


TYPE = _types()
NAME = {number: name for name, number in TYPE.items()}


def ended(octets):
    return octets.split(b"\0", 1)[0].decode()


class Text:
    def __init__(self, body):
        (self.ref, self.stamp, length, self.form, udh, text, head, sender) = SMS.unpack(body)
        self.octets, self.udh, self.sender = text[:length], head[:udh], ended(sender)
        self.when = time.monotonic()

    @property
    def text(self):
        return self.octets.decode()

    @property
    def why(self):
        return self.octets[0]

    def __repr__(self):
        return f"form {self.form} {self.octets!r}"


class Report:
    def __init__(self, body):
        (self.ref, self.reference, self.state, self.tp_status, _, number) = REPORT.unpack(body)
        self.number = ended(number)


class Modem:
    """One process of tocsin-modem. options: more of its command line. pin: an open descriptor."""

    def __init__(self, program, device, *options, pin=None, poll_s=3600, keeps=True, log=None):
        self.texts, self.reports, self.listed, self.states = [], [], [], []
        self.sent, self.credits, self.seen = [], [], set()
        self.doubled = 0
        self.keeps, self.next_id = keeps, 1
        self._batch = []
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        argv = [program, "-d", device, "-C", "at115200", "-m", "at", "-p", str(poll_s), "-v"]
        argv += ["-P"] * (pin is not None) + [str(o) for o in options]
        plan = [(theirs.fileno(), 3)] + ([(pin, 4)] if pin is not None else [])
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        close_fds=False, preexec_fn=lambda: self._place(plan))
        theirs.close()
        self.channel, self.pid = ours, self.process.pid
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @staticmethod
    def _place(plan):
        high = [(os.dup2(fd, 100 + place), place) for fd, place in plan]
        for fd, place in high:
            os.dup2(fd, place, inheritable=True)
        os.closerange(3 + len(plan), 200)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.stop()

    def stop(self):
        """Close the channel: it ends by itself. Its exit code."""
        try:
            self.channel.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._thread.join()
        self.channel.close()
        return code

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        return self.stop()

    def wait_end(self, seconds=60):
        """Its exit code, by itself."""
        code = self.process.wait(seconds)
        self._thread.join(seconds)  # what it said last
        self.stop()
        return code

    # --- as core ---

    def _put(self, name, body):
        self.channel.send(HEAD.pack(TYPE[name], len(body)) + body)

    def keep(self, refs):
        refs = list(refs)
        for at in range(0, len(refs), BATCH):
            part = refs[at:at + BATCH]
            self._put("SMS_KEPT", KEPT.pack(len(part), 0, *part, *[0] * (BATCH - len(part))))

    def keep_all(self):
        self.keeps = True
        refs, self._batch = self._batch, []
        self.keep(refs)

    def send(self, number, text, report=False):
        octets = text.encode()
        self.next_id += 1
        self._put("SEND", SEND.pack(self.next_id, len(octets), report, number.encode(), octets))
        return self.next_id

    def do(self, act):
        self._put("MODEM_DO", DO.pack(act, 0))

    def _serve(self):
        while True:
            try:
                datagram = self.channel.recv(65536)
                if not datagram:
                    return
                self._take(NAME[HEAD.unpack_from(datagram)[0]], datagram[HEAD.size:])
            except OSError:
                return

    def _take(self, name, body):
        if name == "SMS_HANDED":
            text = Text(body)
            key = (text.stamp, text.udh, text.octets)
            if key in self.seen:
                self.doubled += 1
            else:
                self.seen.add(key)
                self.texts.append(text)
            self._batch.append(text.ref)
        elif name == "REPORT_HANDED":
            self.reports.append(Report(body))
            if self.reports[-1].ref:
                self._batch.append(self.reports[-1].ref)
        elif name == "LISTED":
            self.listed.append(LISTED.unpack(body))
            if self.keeps and self._batch:
                self.keep_all()
        elif name == "SENT":
            self.sent.append(SENT.unpack(body)[:4])
        elif name == "MODEM_STATE":
            self.states.append(dict(zip(STATE_FIELDS, STATE.unpack(body))))
        elif name == "CREDIT":
            asked, _, words = CREDIT.unpack(body)
            self.credits.append((asked, ended(words)))

    def wait(self, look, what="", seconds=None):
        seconds = seconds or wait_s
        end = time.monotonic() + seconds
        while not look():
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s in vain for {what or 'it'}")
            if self.process.poll() is not None:
                self._thread.join(seconds)  # what it said last may not have been read yet
                if not look():
                    raise AssertionError(f"tocsin-modem ended with {self.process.returncode}, "
                                         f"waiting for {what or 'it'}")
            time.sleep(0.01)
