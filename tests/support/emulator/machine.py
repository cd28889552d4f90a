# SPDX-License-Identifier: GPL-2.0-or-later
"""The modem itself: lines in, replies and hints out, the network behind it. No pty and no thread in
here; modem_emulator.Emulator gives it emit() and later()."""
import collections
import re
import time

from . import pdu as pdus
from .commands import Commands, ERROR, Refusal
from .faults import Faults, poison_line, poison_octets
from .storage import Message, READ, Storage, UNREAD

ESC, CTRL_Z, CR = 0x1B, 0x1A, 0x0D
NAME = re.compile(r"([+^$][A-Z0-9]+|[A-Z&])(.*)", re.DOTALL)
PARTS = re.compile(r'(?:"[^"]*"|[^;"])+')


class Machine(Commands):
    def __init__(self, sim=30, phone=0, pin=None, faults=None):
        self.faults = faults or Faults()
        self.memories = {name: Storage(name, size) for name, size in (("SM", sim), ("ME", phone))
                         if size}
        self.pin, self.puk, self.pin_tries, self.puk_needed = pin, "12345678", 3, False
        self.network = collections.deque()  # messages that wait for a free slot
        self.messages = []                  # every message that was ever delivered, in order
        self.sent = []                      # pdus.Submit of every message that left
        self.journal = []                   # (monotonic time, kind, text)
        self.ussd = {"*144#": "Airtime balance: 50.00"}
        self.ussd_other = "Unknown code"
        self.signal, self.registered, self.operator = 17, 1, ("Emu Net", "63902")
        self.smsc = pdus.SMSC
        self.model = "EMU900"
        self.next_reference = 1
        self.power_on()

    # for the host
    def emit(self, octets):
        raise NotImplementedError

    def later(self, seconds, call, keep=False):
        """Call it then; keep: even if the power went away meanwhile."""
        raise NotImplementedError

    def power_on(self):
        """What a modem forgets without power."""
        self.echo, self.error_mode, self.pdu_mode, self.charset = True, 0, False, "GSM"
        self.hints, self.creg, self.cops_format = [0, 0, 0, 0, 0], 0, 0
        self.selected = [next(iter(self.memories))] * 3
        self.pin_open = self.pin is None
        self._input, self._line, self._prompt, self._busy = bytearray(), bytearray(), None, False
        self._held = []      # hints that wait for the end of a reply
        self.faults.hang = False

    def log(self, kind, text=""):
        self.journal.append((time.monotonic(), kind, text))

    def commands(self, since=0.0):
        """Name to how often: 'CMGD', 'CMGL', 'AT', 'E1', ... A line of several counts each."""
        found = collections.Counter()
        for when, kind, text in list(self.journal):
            if kind == "command" and when >= since:
                found.update(self._names(text))
        return found

    @staticmethod
    def _names(line):
        names = []
        for part in PARTS.findall(line[2:].upper()) or [""]:
            match = NAME.match(part)
            name = match.group(1).lstrip("+") if match else "AT" if not part else part
            names.append(name + match.group(2) if match and len(name) == 1 else name)
        return names

    # --- octets in ---

    def feed(self, octets):
        if self.faults.hang:
            self.log("unheard", octets.decode("latin-1"))
            return
        self._input += octets
        self._work()

    def _work(self):
        while self._input and not self._busy and not self.faults.hang:
            octet = self._input[0]
            del self._input[0]
            if self._prompt is not None:
                self._prompted(octet)
                continue
            if self.echo:
                self._say(bytes([octet]))
            if octet == ESC:
                self._line.clear()
            elif octet == CR:
                line = self._line.decode("latin-1").strip()
                self._line.clear()
                if line:
                    self._command(line)
            elif octet >= 32:
                self._line.append(octet)

    def _prompted(self, octet):
        if self.faults.echo_pdu and self.echo and octet != CTRL_Z:
            self._say(bytes([octet]))
        if octet in (CTRL_Z, ESC):
            text, take = self._line.decode("latin-1").strip(), self._prompt
            self._line.clear()
            self._prompt = None
            if octet == ESC:
                self._answer("prompt", [])
                return
            self.log("pdu", text)
            self._busy = True
            self._try(take[0], lambda: take[1](text))
        elif octet >= 32:
            self._line.append(octet)

    # --- a command and its reply ---

    def _command(self, line):
        self.log("command", line)
        if line[:2].upper() != "AT":
            self._answer("?", [], "ERROR")
            return
        names = self._names(line)
        if self.faults.hang_at in (*names, "*"):
            self.faults.hang_at = ""
            self._hang()
            return
        self._busy = True
        parts = PARTS.findall(line[2:]) or [""]
        latency = self.faults.latency
        wait = sum(latency.get(n, latency.get("*", 0.0)) for n in names)
        self._after(wait, lambda: self._try(names[0], lambda: self._parts(names, parts)))

    def _after(self, seconds, call):
        if seconds > 0:
            self.later(seconds, call)
        else:
            call()

    def _try(self, name, call):
        """call gives lines, or None if it answers later by itself."""
        try:
            lines = call()
        except Refusal as refusal:
            self._answer(name, [], str(refusal) if self.error_mode or "CMS" in str(refusal)
                         else "ERROR")
            return
        if lines is not None:
            self._answer(name, lines)

    def _parts(self, names, parts):
        lines = []
        for name, part in zip(names, parts):
            error = self.faults.error(name)
            if error:
                raise Refusal(error)
            got = self.perform(name, part)
            if got is None:
                return None
            lines += got
        return lines

    def _answer(self, name, lines, final="OK"):
        faults = self.faults
        if name in faults.urc_in_reply and self._hint_line():
            middle = len(lines) // 2 // 2 * 2
            lines = lines[:middle] + [self._hint_line()] + lines[middle:]
        if faults.words_in_entry and name in ("CMGL", "CMGR"):
            lines = [part for line in lines for part in
                     ([line, faults.words_in_entry] if line.startswith("+") else [line])]
        # Between two entries of a listing there is one line end, not two.
        text = "\r\n" + "\r\n".join(lines) + "\r\n" if lines else ""
        text += f"\r\n{final}\r\n"
        self.log("reply", text)
        if faults.hang_mid_reply == name:
            faults.hang_mid_reply = ""
            self._say(text.encode("latin-1")[:len(text) // 2])
            self._hang()
            return
        self._say(text.encode("latin-1"))
        self._ready()

    def _ready(self):
        """A command is done with, answered or not."""
        self._busy = False
        held, self._held = self._held, []
        for line in held:
            self._urc(line)
        self._work()

    def _ask(self, name, take):
        """The prompt; take(text) gets what comes before Ctrl-Z."""
        self._prompt = (name, take)
        self._busy = False
        self.log("prompt")
        self._say(b"\r\n> ")
        self._work()

    def _say(self, octets):
        if not self.faults.hang:
            self.emit(octets)

    def _urc(self, line):
        if self._busy or self._prompt is not None:
            self._held.append(line)
            return
        self.log("urc", line)
        self._say(f"\r\n{line}\r\n".encode("latin-1"))

    def _hang(self):
        self.faults.hang = True
        self._busy = False
        self.log("hang")

    def storm(self):
        """To be called every 1 / faults.storm seconds."""
        self._urc("^RSSI: 17")

    # --- the network ---

    def accept(self, message):
        """A message for this modem waits in the network until a slot is free."""
        self.messages.append(message)
        self.network.append(message)
        self.log("deliver", message.name or message.number)
        self._fill()
        return message

    def message(self, text="", sender="+254711111111", poison=None, pdu=None, memory="", name="",
                **how):
        """One to be given to accept(). how: as pdu.deliver takes it."""
        line = ""
        if poison:
            line, pdu = poison_line(poison), poison_octets(poison)
        elif isinstance(pdu, str):
            line, pdu = pdu, bytes.fromhex(re.sub("[^0-9A-Fa-f]", "0", pdu + "0" * (len(pdu) % 2)))
        elif pdu is None:
            pdu = pdus.deliver(text, sender, **how)
        return Message(pdu, line, sender, text, name or poison or "", memory)

    def _place(self, message):
        wanted = [message.memory or self.selected[2]]
        if self.faults.spill:
            wanted += [name for name in self.memories if name not in wanted]
        for name in wanted:
            index = self.memories[name].free() if name in self.memories else None
            if index is not None:
                return name, index
        return None

    def _fill(self, even=False):
        """Whatever has room goes into storage, the oldest first."""
        if not self.faults.refill and not even:
            return
        for message in list(self.network):
            place = self._place(message)
            if place is None:
                continue
            self.network.remove(message)
            name, index = place
            message.stored, message.slot = time.monotonic(), place
            self.memories[name].write(index, UNREAD, message.pdu, message)
            self.log("store", f"{name},{index}")
            self._hint(name, index, message)

    def _hint(self, name, index, message):
        is_report = bool(message.pdu) and message.name == "report"
        if self.hints[0] == 0 or self.hints[3 if is_report else 1] == 0:
            return
        if self.faults.take("lost_cmti"):
            self.log("lost hint", f"{name},{index}")
            return
        self._urc(f'+{"CDSI" if is_report else "CMTI"}: "{name}",{index}')

    def _hint_line(self):
        used = self.memories[self.selected[2]].used()
        return f'+CMTI: "{self.selected[2]}",{used[-1]}' if used else ""

    def report(self, reference, number, status=0):
        """The network reports what became of a message that was sent."""
        self.log("report", f"{reference} {status:#x}")
        octets = pdus.status_report(reference, number, status)
        if self.hints[3] == 1 and self.hints[0]:
            self._urc(f"+CDS: {len(octets) - 1 - octets[0]}\r\n{octets.hex().upper()}")
            return None
        message = Message(octets, number=number, name="report")
        self.messages.append(message)
        self.network.append(message)
        self._fill(even=True)
        return message

    def take_submit(self, length, text):
        """What came after CMGS's prompt."""
        try:
            octets = bytes.fromhex(text)
            submit = pdus.submit(octets)
        except ValueError as error:
            self.log("bad pdu", str(error))
            raise Refusal("+CMS ERROR: 304") from None
        if len(octets) - 1 - octets[0] != length:
            raise Refusal("+CMS ERROR: 304")
        faults = self.faults
        if faults.take("send_refused"):
            raise Refusal(ERROR if faults.send_code == -1 else f"+CMS ERROR: {faults.send_code}")
        leaves, answers = not faults.take("send_never_leaves"), True
        if not leaves or faults.take("send_lost_reply"):
            answers = False
        self._after(faults.send_s, lambda: self._leave(submit, leaves, answers))

    def _leave(self, submit, leaves, answers):
        reference = self.next_reference
        if leaves:
            self.next_reference = (reference + 1) % 256
            submit.reference = reference
            self.sent.append(submit)
            self.log("sent", f"{reference} {submit.number}")
            if submit.report and self.faults.auto_report >= 0:
                self.later(self.faults.auto_report,
                           lambda: self.report(reference, submit.number), keep=True)
        if answers:
            self._answer("CMGS", [f"+CMGS: {reference}"])
        else:
            self.log("no reply", "CMGS")
            self._ready()

    def put(self, memory, text, status=READ, sender="+254711111111", **how):
        """Put a message straight into storage, as if it had been there for long."""
        storage = self.memories[memory]
        index = storage.free()
        storage.write(index, status, pdus.deliver(text, sender, **how))
        return index
