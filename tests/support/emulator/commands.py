# SPDX-License-Identifier: GPL-2.0-or-later
"""The AT commands, with replies that libGammu 1.42 and smstools 3.1 understand (3GPP TS 27.005,
27.007). Each method takes what follows the name: "", "?", "=?" or "=..." ; gives lines, or None if
the answer comes by itself; raises Refusal."""
import re

from .storage import Message, SENT, UNSENT, WRITTEN


class Refusal(Exception):
    """The final line of a command that failed. Without +CMEE a +CME line becomes ERROR."""


ERROR = "ERROR"
OPERATION_NOT_ALLOWED, PIN_NEEDED, PUK_NEEDED, WRONG_PASSWORD = 3, 11, 12, 16
CMS_PIN, CMS_PUK, CMS_PDU_PARAMETER, CMS_INDEX, CMS_MEMORY_FULL = 311, 316, 304, 321, 322
CMS_FAILED = 500
NEEDS_PIN = {"CPMS", "CMGL", "CMGR", "CMGD", "CMGW", "CMGS", "CSCA", "CNMI"}
NEEDS_PIN_TOO = {"CIMI", "COPS", "CUSD", "CREG", "CGREG", "CGATT"}  # these answer +CME
WORDS = {"CGMI": "EMU Networks", "CGMR": "EMU900 1.0", "CGSN": "350000000000006",
         "CIMI": "639020000000001"}
CHARSETS = ("GSM", "UCS2", "IRA", "HEX")
RANGES = {"CNMI": "(0-3),(0-3),(0-3),(0-2),(0,1)", "CMGF": "(0)", "CMEE": "(0-2)",
          "CSCS": "(" + ",".join(f'"{c}"' for c in CHARSETS) + ")", "CFUN": "(0,1,4),(0,1)",
          "CSMS": "(0,1)", "CREG": "(0-2)", "CGREG": "(0-2)", "CMGL": "(4)", "CUSD": "(0-2)"}


class Commands:
    def perform(self, name, part):
        rest = part[len(name) + (part[:1] == "+"):]
        locked = self._locked(name)
        if locked:
            raise Refusal(locked)
        if rest == "=?" and name in RANGES and not (name == "CNMI" and self.faults.no_cnmi):
            return [f"+{name}: {RANGES[name]}"]
        if name in WORDS or name == "CGMM":
            return [WORDS.get(name, self.model)]
        if name[:1] == "E":
            self.echo = name != "E0"
            return []
        if name in ("AT", "Z", "&F", "V1", "Q0", "H", "CHUP", "CMMS", "CNMA", "CSMS", "CSDH", "S0"):
            return []
        method = getattr(self, "do_" + name.lower(), None) if name.isalnum() else None
        if method is None:
            raise Refusal(ERROR)
        return method(rest)

    def _locked(self, name):
        if self.pin_open:
            return None
        if name in NEEDS_PIN:
            return f"+CMS ERROR: {CMS_PUK if self.puk_needed else CMS_PIN}"
        if name in NEEDS_PIN_TOO:
            return f"+CME ERROR: {PUK_NEEDED if self.puk_needed else PIN_NEEDED}"
        return None

    @staticmethod
    def _numbers(rest, least=1):
        if not re.fullmatch(r"=\d*(,\d*)*", rest) or rest == "=":
            raise Refusal(ERROR)
        found = [int(n) if n else None for n in rest[1:].split(",")]
        if len(found) < least or found[0] is None:
            raise Refusal(ERROR)
        return found

    # --- the card and the network ---

    def do_cpin(self, rest):
        if rest == "?":
            return ["+CPIN: " + ("READY" if self.pin_open else
                                 "SIM PUK" if self.puk_needed else "SIM PIN")]
        words = re.findall(r'"?(\d+)"?', rest)
        if not words or self.pin_open:
            raise Refusal(f"+CME ERROR: {OPERATION_NOT_ALLOWED}")
        if self.puk_needed:
            if len(words) != 2 or words[0] != self.puk:
                raise Refusal(f"+CME ERROR: {WRONG_PASSWORD}")
            self.pin, self.puk_needed, self.pin_tries, self.pin_open = words[1], False, 3, True
        elif words[0] == self.pin:
            self.pin_tries, self.pin_open = 3, True
        else:
            self.pin_tries -= 1
            self.puk_needed = self.pin_tries == 0
            raise Refusal(f"+CME ERROR: {PUK_NEEDED if self.puk_needed else WRONG_PASSWORD}")
        return []

    def do_cfun(self, rest):
        if rest == "?":
            return ["+CFUN: 1"]
        if self._numbers(rest) == [1, 1]:
            self.later(0.1, self.reset)
        return []

    def do_csq(self, rest):
        return [f"+CSQ: {self.signal},0"]

    def do_cbc(self, rest):
        return ["+CBC: 0,100"]

    def do_cgatt(self, rest):
        return ["+CGATT: 1"] if rest == "?" else []

    def _registration(self, name, rest):
        if rest != "?":
            self.creg = self._numbers(rest)[0]
            return []
        where = ',"00A1","0000B2C3"' if self.creg == 2 else ""
        return [f"+{name}: {self.creg},{self.registered}{where}"]

    def do_creg(self, rest):
        return self._registration("CREG", rest)

    def do_cgreg(self, rest):
        return self._registration("CGREG", rest)

    def do_cops(self, rest):
        if rest == "?":
            name = self.operator[1 if self.cops_format == 2 else 0]
            return [f'+COPS: 0,{self.cops_format},"{name}"' if self.registered in (1, 5)
                    else "+COPS: 0"]
        numbers = self._numbers(rest)
        if numbers[0] == 3 and len(numbers) > 1:
            self.cops_format = numbers[1]
        return []

    def do_csca(self, rest):
        if rest == "?":
            return [f'+CSCA: "{self.smsc}",145']
        match = re.fullmatch(r'="(\+?\d+)"(,\d+)?', rest)
        if not match:
            raise Refusal(ERROR)
        self.smsc = match.group(1)
        return []

    def do_cusd(self, rest):
        match = re.fullmatch(r'=(\d)(?:,"([^"]*)"(?:,\d+)?)?', rest)
        if not match:
            raise Refusal(ERROR)
        if match.group(2):
            code = self._from_charset(match.group(2))
            self.log("ussd", code)
            answer = self.ussd.get(code, self.ussd_other)
            if answer is not None:
                self.later(0.05, lambda: self._urc(f'+CUSD: 0,"{self._in_charset(answer)}",15'))
        return []

    # --- habits ---

    def do_cmee(self, rest):
        self.error_mode = self._numbers(rest)[0] if rest != "?" else self.error_mode
        return [f"+CMEE: {self.error_mode}"] if rest == "?" else []

    def do_cscs(self, rest):
        if rest == "?":
            return [f'+CSCS: "{self.charset}"']
        name = rest[1:].strip('"')
        if name not in CHARSETS:
            raise Refusal(f"+CME ERROR: {OPERATION_NOT_ALLOWED}")
        self.charset = name
        return []

    def _in_charset(self, text):
        if self.charset == "HEX":
            return text.encode("latin-1", "replace").hex().upper()
        return text.encode("utf-16-be").hex().upper() if self.charset == "UCS2" else text

    def _from_charset(self, text):
        try:
            if self.charset == "HEX":
                return bytes.fromhex(text).decode("latin-1")
            return bytes.fromhex(text).decode("utf-16-be") if self.charset == "UCS2" else text
        except ValueError:
            return text

    def do_cnmi(self, rest):
        if self.faults.no_cnmi:
            raise Refusal(ERROR)
        if rest == "?":
            return ["+CNMI: " + ",".join(str(n) for n in self.hints)]
        for i, n in enumerate(self._numbers(rest)[:5]):
            if n is not None:
                self.hints[i] = n
        return []

    # --- messages ---

    def do_cmgf(self, rest):
        if rest == "?":
            return ["+CMGF: 0"]
        if self._numbers(rest) != [0]:
            raise Refusal(ERROR)  # no text mode
        return []

    def do_cpms(self, rest):
        if rest == "=?":
            names = "(" + ",".join(f'"{n}"' for n in self.memories) + ")"
            return [f"+CPMS: {names},{names},{names}"]
        if rest != "?":
            wanted = re.findall(r'"([A-Z]+)"', rest)
            if not wanted or len(wanted) > 3 or any(w not in self.memories for w in wanted):
                raise Refusal("+CMS ERROR: 302")
            self.selected[:len(wanted)] = wanted
        counts = [(n, len(self.memories[n].used()), self.memories[n].capacity)
                  for n in self.selected]
        if rest == "?":
            return ["+CPMS: " + ",".join(f'"{n}",{used},{size}' for n, used, size in counts)]
        return ["+CPMS: " + ",".join(f"{used},{size}" for _, used, size in counts)]

    def do_cmgl(self, rest):
        if self._numbers(rest) != [4]:
            raise Refusal("+CMS ERROR: 302")
        storage, lines = self.memories[self.selected[0]], []
        for index in storage.used():
            stat, length, line = storage.show(index)
            lines += [f"+CMGL: {index},{stat},,{length}", line]
        if not lines and self.faults.empty_list:
            raise Refusal(f"+CMS ERROR: {self.faults.empty_list}")
        if lines and self.faults.take("listing_drops"):
            lines[1] = lines[1][:20] + lines[1][21:]
        return lines

    def do_cmgr(self, rest):
        storage, index = self.memories[self.selected[0]], self._numbers(rest)[0]
        if not storage.valid(index):
            raise Refusal(f"+CMS ERROR: {CMS_INDEX}")
        if not storage.holds(index):
            if self.faults.empty_slot:
                raise Refusal(f"+CMS ERROR: {self.faults.empty_slot}")
            return []
        stat, length, line = storage.show(index)
        return [f"+CMGR: {stat},,{length}", line]

    def do_cmgd(self, rest):
        storage, numbers = self.memories[self.selected[0]], self._numbers(rest)
        if not storage.valid(numbers[0]) or numbers[1:] not in ([], [0]):
            raise Refusal(f"+CMS ERROR: {CMS_INDEX}")
        index, faults = numbers[0], self.faults
        if not storage.holds(index):
            if faults.delete_empty:
                raise Refusal(f"+CMS ERROR: {faults.delete_empty}")
            return []
        if faults.take("delete_fails"):
            if faults.delete_fails_deleted:
                self._delete(storage, index)
            raise Refusal(f"+CMS ERROR: {CMS_FAILED}")
        if faults.slow_delete <= 0:
            self._delete(storage, index)
            return []
        if not faults.slow_delete_late:
            self._delete(storage, index)
            self.later(faults.slow_delete, lambda: self._answer("CMGD", []))
        else:
            self.later(faults.slow_delete, lambda: (self._delete(storage, index),
                                                    self._answer("CMGD", [])))
        return None

    def _delete(self, storage, index):
        message = storage.delete(index)
        unseen = message is not None and message.unseen_but_deleted
        self.log("delete", f"{storage.name},{index}" + (" UNSEEN" if unseen else ""))
        self._fill()

    def do_cmgw(self, rest):
        if self.faults.no_cmgw:
            raise Refusal(ERROR)
        numbers = self._numbers(rest)
        self._ask("CMGW", lambda text: self._stored(numbers, text))

    def _stored(self, numbers, text):
        storage = self.memories[self.selected[1]]
        index = storage.free()
        try:
            octets = bytes.fromhex(text)
        except ValueError:
            octets = b""
        if not octets or len(octets) - 1 - octets[0] != numbers[0]:
            raise Refusal(f"+CMS ERROR: {CMS_PDU_PARAMETER}")
        if index is None:
            raise Refusal(f"+CMS ERROR: {CMS_MEMORY_FULL}")
        stat = numbers[1] if len(numbers) > 1 else 2
        status = {0: 3, 1: 1, 2: UNSENT, 3: SENT}.get(stat, UNSENT)
        storage.write(index, status, octets, Message(octets, name=WRITTEN))
        self.log("store", f"{storage.name},{index} written")
        return [f"+CMGW: {index}"]

    def do_cmgs(self, rest):
        length = self._numbers(rest)[0]
        self._ask("CMGS", lambda text: self.take_submit(length, text))
