# SPDX-License-Identifier: GPL-2.0-or-later
"""Message storage as a SIM has it (EF-SMS, 3GPP TS 51.011, 10.5.3): records of 176 octets, a status
octet and a PDU filled up with FF. Deleting changes the status octet alone, so that everything else
can be read until the record is written again."""
import dataclasses
import time

RECORD = 176
FREE, READ, UNREAD, UNSENT, SENT = 0x00, 0x01, 0x03, 0x07, 0x05
STAT = {UNREAD: 0, READ: 1, UNSENT: 2, SENT: 3}  # as AT+CMGL says it
WRITTEN = "written"  # name of a message that AT+CMGW put there


@dataclasses.dataclass(eq=False)
class Message:
    """One message that the network had for this modem, and what became of it. Monotonic times."""
    pdu: bytes
    line: str = ""             # what a listing shows, where it is not the PDU's octets
    number: str = ""
    text: object = None
    name: str = ""             # the test's own mark
    memory: str = ""           # "": wherever new messages go
    queued: float = dataclasses.field(default_factory=time.monotonic)
    stored: float | None = None
    slot: tuple | None = None  # (memory, index) it was stored in
    shown: float | None = None  # first in a listing or read by AT+CMGR
    deleted: float | None = None

    @property
    def unseen_but_deleted(self):
        return self.deleted is not None and self.shown is None


class Storage:
    """One memory. Indices begin at 1."""

    def __init__(self, name, capacity):
        self.name = name
        self.capacity = capacity
        self.records = bytearray((bytes([FREE]) + b"\xff" * (RECORD - 1)) * capacity)
        self.length = [0] * (capacity + 1)
        self.message = [None] * (capacity + 1)

    def status(self, index):
        return self.records[(index - 1) * RECORD]

    def _mark(self, index, status):
        self.records[(index - 1) * RECORD] = status

    def valid(self, index):
        return 1 <= index <= self.capacity

    def holds(self, index):
        return self.valid(index) and self.status(index) != FREE

    def used(self):
        return [i for i in range(1, self.capacity + 1) if self.status(i) != FREE]

    def free(self):
        """The first free index; None if there is none."""
        return next((i for i in range(1, self.capacity + 1) if self.status(i) == FREE), None)

    def write(self, index, status, pdu, message=None):
        """The whole record is overwritten. What does not fit into it is kept beside it."""
        record = (bytes([status]) + pdu).ljust(RECORD, b"\xff")[:RECORD]
        self.records[(index - 1) * RECORD:index * RECORD] = record
        self.length[index] = len(pdu)
        self.message[index] = message or Message(bytes(pdu))

    def delete(self, index):
        message = self.message[index]
        self._mark(index, FREE)
        self.message[index] = None
        if message is not None:
            message.deleted = time.monotonic()
        return message

    def show(self, index):
        """(stat, length of the TPDU, line) as a listing has them; marks the message read."""
        message, status = self.message[index], self.status(index)
        if message.shown is None:
            message.shown = time.monotonic()
        if status == UNREAD:
            self._mark(index, READ)
        pdu = message.pdu
        line = message.line or pdu.hex().upper()
        length = max(0, len(pdu) - 1 - pdu[0]) if pdu else 0
        return STAT.get(status, status), length or len(line) // 2, line

    def raw(self):
        return bytes(self.records)
