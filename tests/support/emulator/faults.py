# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be wrong with a modem: Faults is the one table of switches, POISON the one of PDUs that
hurt. Switches may be moved while the modem runs (`tell`, if somebody put it there, is called then);
a name that is none is an error.

IGNORED: names of either kind that have no effect in this process: a test that does not fail then
does not need them (tests/flow/test_faults_bite.py)."""
import dataclasses

from . import pdu


IGNORED = set()


def switch(default, words):
    if isinstance(default, (dict, list, set)):
        return dataclasses.field(default_factory=lambda: type(default)(default),
                                 metadata={"doc": words})
    return dataclasses.field(default=default, metadata={"doc": words})


@dataclasses.dataclass
class Faults:
    # --- slowness ---
    latency: dict = switch({}, "seconds before a command is done: {'CMGD': 0.05, '*': 0.01}")
    slow_delete: float = switch(0.0, "seconds between AT+CMGD done and its OK: slot free, refilled")
    slow_delete_late: bool = switch(False, "slow_delete: deleted at the end, not at once")
    send_s: float = switch(0.0, "seconds the network takes for a message that is sent")
    # --- refusals ---
    delete_fails: int = switch(0, "so many AT+CMGD answer +CMS ERROR: 500; -1: all")
    delete_fails_deleted: bool = switch(False, "delete_fails: and yet the message is gone")
    cms_error: list = switch([], "[command, nth from now, code(, times)]: answers +CMS ERROR")
    cme_error: list = switch([], "the same with +CME ERROR")
    send_refused: int = switch(0, "so many AT+CMGS answer an error after the PDU; -1: all")
    send_code: int = switch(38, "send_refused: with this code; -1: a bare ERROR")
    send_lost_reply: int = switch(0, "so many messages leave, but +CMGS never comes; -1: all")
    send_never_leaves: int = switch(0, "so many messages do not leave, and no reply comes; -1: all")
    no_cmgw: bool = switch(False, "AT+CMGW is unknown")
    no_cnmi: bool = switch(False, "AT+CNMI is unknown")
    empty_slot: int = switch(0, "AT+CMGR of an empty slot: 0 a bare OK, else +CMS ERROR: so much")
    empty_list: int = switch(0, "AT+CMGL of an empty memory: 0 a bare OK, else +CMS ERROR")
    delete_empty: int = switch(0, "AT+CMGD of an empty slot: 0 OK, else +CMS ERROR: so much")
    # --- silence ---
    hang: bool = switch(False, "not one octet any more, until unplugged or without power")
    hang_at: str = switch("", "hangs when this command comes: 'CMGL', or '*'")
    hang_mid_reply: str = switch("", "hangs in the middle of this command's reply")
    # --- hints ---
    lost_cmti: int = switch(0, "so many messages are stored without a hint; -1: all")
    storm: float = switch(0.0, "^RSSI lines a second, for ever")
    urc_in_reply: set = switch(set(), "a +CMTI in the middle of these commands' replies")
    words_in_entry: str = switch("", "these words behind the head of each entry of a listing, or slot")
    listing_drops: int = switch(0, "so many AT+CMGL lose one octet of their first PDU; -1: all")
    # --- habits ---
    echo_pdu: bool = switch(True, "the PDU after the prompt is echoed, as commands are")
    refill: bool = switch(True, "a freed slot is filled from the network at once")
    spill: bool = switch(False, "with one memory full, messages go into the other one")
    auto_report: float = switch(-1.0, "seconds to the status report of a message; < 0: none comes")
    power_s: float = switch(1.0, "seconds that a power cycle takes")

    def __setattr__(self, name, value):
        if name not in type(self).__dataclass_fields__:
            raise AttributeError(f"no fault is called {name!r}")
        if name in IGNORED:
            value = self.harmless(name)
        super().__setattr__(name, value)
        self.__dict__.get("tell", int)()

    @classmethod
    def harmless(cls, name):
        field = cls.__dataclass_fields__[name]
        made = field.default_factory
        return field.default if made is dataclasses.MISSING else made()

    def set(self, **values):
        for name, value in values.items():
            setattr(self, name, value)
        return self

    @classmethod
    def table(cls):
        """Name to words."""
        return {f.name: f.metadata["doc"] for f in dataclasses.fields(cls)}

    def take(self, name):
        """Whether the counted switch acts now; counts it down."""
        left = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left != 0

    def error(self, command):
        """The reply that an error rule gives for this command, or None."""
        for name, rules in (("CMS", self.cms_error), ("CME", self.cme_error)):
            for rule in rules:
                if rule[0] != command:
                    continue
                rule[1] -= 1
                if rule[1] > 0:
                    continue
                times = rule[3] - 1 if len(rule) > 3 else 0
                if times > 0:
                    rule[3] = times
                else:
                    rules.remove(rule)
                return f"+{name} ERROR: {rule[2]}"
        return None


def rule(command, code, nth=1, times=1):
    """For cms_error and cme_error: the nth such command from now fails, and so times in all."""
    return [command, nth, code, times]


_GOOD = pdu.deliver("EW1 hello, a sound message in a bad coat", "+254733000999")
_PART = pdu.deliver("part nought", "+254733000999", udh=pdu.concat(9, 2, 0))
_LONG = pdu.deliver("x" * 140, "+254733000999")


def _dcs(value):
    return pdu.deliver("EW1 hello, a sound message in a bad coat", "+254733000999", dcs=value)


# Name to (line shown by AT+CMGL and AT+CMGR, words). Each was seen to hurt libGammu 1.42 or a peer.
POISON = {
    "truncated": (_GOOD[:15].hex().upper(), "ends inside the address: gammu-smsd stops receiving"),
    "truncated_text": (_GOOD[:-12].hex().upper(), "ends inside the text"),
    "zero": ("00", "one octet: libGammu says EMPTY in the middle of a listing"),
    "first_ff": ("FF" + _GOOD.hex().upper()[2:], "SMSC length 255"),
    "not_hex": ("07915242ZZZZ!?" + _GOOD.hex().upper()[14:], "letters that are no hex digits"),
    "smsc_length": ("96" + _LONG.hex().upper()[2:], "SMSC length 0x96, and no digits there"),
    "smsc_digits": ("9691" + "12" * 149 + "0411", "149 octets of SMSC digits: libGammu aborts"),
    "part_zero": (_PART.hex().upper(), "part number 0 of a long message: gammu-smsd hangs"),
    "compressed": (_dcs(0x20).hex().upper(), "compressed text: not supported by libGammu"),
    "reserved": (_dcs(0x0C).hex().upper(), "reserved coding: CORRUPTED"),
    "filled_ff": ("FF" * 60, "a record never written"),
    "shell": (pdu.deliver("EW1 hello", ";touch inj;").hex().upper(), "a sender that is a command"),
}


def ignore(name):
    if name not in POISON and name not in Faults.table():
        raise ValueError(f"no fault and no poison is called {name!r}")
    IGNORED.add(name)


def poison_line(name):
    return _GOOD.hex().upper() if name in IGNORED else POISON[name][0]


def poison_octets(name):
    """As much of the line as octets can hold: what the storage keeps."""
    line = poison_line(name)
    return bytes.fromhex("".join(c if c in "0123456789ABCDEF" else "0" for c in line))
