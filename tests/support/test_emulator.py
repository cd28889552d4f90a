#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The modem emulator by itself, over its tty: each command, each poison, and each switch of its
table once on, where its effect must be seen, and once off, where it must not."""
import datetime
import os
import sys
import tempfile
import time

from at_client import ANSWER_S, Client, submit
from expect import Failure, expect
from modem_emulator import Emulator, Faults, POISON, Shell, pdu, rule

SILENT_S = 0.25  # for an answer that must not come
SENDER = "+254711222333"


class Rig:
    """An emulator and a client."""

    def __init__(self, folder, **how):
        self.e = Emulator(os.path.join(folder, "tty"), **how)
        self.c = Client(self.e.link)

    def __enter__(self):
        return self.e, self.c

    def __exit__(self, *_):
        self.c.close()
        self.e.close()


# --- commands ---

REPLIES = (
    ("AT", ["OK"]), ("AT+MODE=2", ["ERROR"]), ("AT+CMEE=1", ["OK"]),
    ("AT+CMEE?", ["+CMEE: 1", "OK"]), ("AT+CSCS?", ['+CSCS: "GSM"', "OK"]),
    ("AT+CSCS=?", ['+CSCS: ("GSM","UCS2","IRA","HEX")', "OK"]), ('AT+CSCS="HEX"', ["OK"]),
    ("AT+CSCS?", ['+CSCS: "HEX"', "OK"]), ('AT+CSCS="KLINGON"', ["+CME ERROR: 3"]),
    ("AT+CGMM", ["EMU900", "OK"]), ("AT+CGMI", ["EMU Networks", "OK"]),
    ("AT+CGMR", ["EMU900 1.0", "OK"]), ("AT+CPROT=?", ["ERROR"]), ("AT$TSSPCSW=?", ["ERROR"]),
    ("AT+CHUP=?", ["OK"]), ("AT+CFUN=1", ["OK"]), ("AT^CURC=0", ["ERROR"]), ("AT+CMGF=0", ["OK"]),
    ("AT+CMGF=1", ["ERROR"]), ("AT+CPMS=?", ['+CPMS: ("SM","ME"),("SM","ME"),("SM","ME")', "OK"]),
    ('AT+CPMS="SM","SM"', ["+CPMS: 0,3,0,3,0,3", "OK"]),
    ('AT+CPMS="ME","ME"', ["+CPMS: 0,2,0,2,0,3", "OK"]),
    ("AT+CPMS?", ['+CPMS: "ME",0,2,"ME",0,2,"SM",0,3', "OK"]),
    ('AT+CPMS="XX"', ["+CMS ERROR: 302"]), ("AT+CMGL=4", ["OK"]), ("AT+CMGR=1", ["OK"]),
    ("AT+CMGD=1", ["OK"]), ("AT+CMGR=77", ["+CMS ERROR: 321"]),
    ("AT+CMGD=77", ["+CMS ERROR: 321"]), ("AT+CMGD=", ["ERROR"]),
    ("AT+CSCA?", ['+CSCA: "+254700000001",145', "OK"]),
    ("AT+CNMI=?", ["+CNMI: (0-3),(0-3),(0-3),(0-2),(0,1)", "OK"]), ("AT+CNMI=2,1,0,2,0", ["OK"]),
    ("AT+CNMI?", ["+CNMI: 2,1,0,2,0", "OK"]), ("AT+CSQ", ["+CSQ: 17,0", "OK"]),
    ("AT+CREG?", ["+CREG: 0,1", "OK"]), ("AT+CMEE=1;+CREG=2", ["OK"]),
    ("AT+CREG?", ['+CREG: 2,1,"00A1","0000B2C3"', "OK"]), ("AT+CGATT?", ["+CGATT: 1", "OK"]),
    ("AT+COPS=3,2", ["OK"]), ("AT+COPS?", ['+COPS: 0,2,"63902"', "OK"]), ("AT+COPS=3,0", ["OK"]),
    ("AT+COPS?", ['+COPS: 0,0,"Emu Net"', "OK"]), ("AT+CGSN", ["350000000000006", "OK"]),
    ("AT+CIMI", ["639020000000001", "OK"]), ("AT+CPIN?", ["+CPIN: READY", "OK"]),
    ("AT+CUSD=1", ["OK"]), ("AT+CMMS=2", ["OK"]), ("AT+CBC", ["+CBC: 0,100", "OK"]),
    ("at+csq", ["+CSQ: 17,0", "OK"]), ("HELLO", ["ERROR"]),
)


def check_replies(folder):
    with Rig(folder, sim=3, phone=2) as (e, c):
        for command, reply in REPLIES:
            expect(c.at(command), reply, command)
        c.send("\x1b\rAT\r")
        expect(c.until("OK\r\n"), "\x1b\rAT\r\r\nOK\r\n", "echo")
        c.at("ATE0")
        c.send("AT\r")
        expect(c.until("OK\r\n"), "\r\nOK\r\n", "no echo")
        expect(e.commands()["CSQ"], 2, "counted AT+CSQ")
        expect((e.commands()["CREG"], e.commands()["CMEE"]), (3, 3), "a line of two commands")


def check_messages(folder):
    with Rig(folder, sim=3, phone=2) as (e, c):
        c.at("AT+CNMI=2,1,0,2,0")
        sound = [e.deliver(f"no. {n}", SENDER) for n in range(5)]
        expect([m.slot for m in sound], [("SM", 1), ("SM", 2), ("SM", 3), None, None], "places")
        for n in (1, 2, 3):
            expect(c.until(rf'\r\n\+CMTI: "SM",{n}\r\n') is not None, True, f"hint {n}")
        lines = c.at("AT+CMGL=4")
        expect(lines[0], f"+CMGL: 1,0,,{len(sound[0].pdu) - 8}", "first of the listing")
        expect(lines[1], sound[0].pdu.hex().upper(), "its PDU")
        expect(len(lines), 7, "lines of the listing")
        expect(c.at("AT+CMGR=2")[0], f"+CMGR: 1,,{len(sound[1].pdu) - 8}", "read now")
        e.deliver("to the phone", SENDER, memory="ME")
        expect(c.until(r'\+CMTI: "ME",1\r\n') is not None, True, "hint of the phone's memory")
        expect(c.at('AT+CPMS="ME"')[0], "+CPMS: 1,2,3,3,3,3", "the phone's memory")
        c.at('AT+CPMS="SM"')
        expect(c.at("AT+CMGD=2"), ["OK"], "delete")
        expect(c.until(r'\+CMTI: "SM",2\r\n') is not None, True, "hint after the reply")
        expect(sound[3].slot, ("SM", 2), "the freed slot is filled at once")
        expect(sound[1].deleted is not None and not sound[1].unseen_but_deleted, True, "deleted")
        c.at("AT+CMGD=2")
        expect(sound[3].unseen_but_deleted, True, "a message deleted before anybody saw it")
        expect(e.waiting(), 4, "what waits")


def check_raw(folder):
    """Deleting leaves the octets; writing does not."""
    with Rig(folder, sim=2) as (e, c):
        e.deliver("secret", SENDER)
        c.at("AT+CMGD=1")
        expect(e.holds_number(SENDER), 1, "the number after deletion")
        expect((len(e.raw()), e.raw()[0]), (2 * 176, 0), "a record's status")
        for n in (1, 2):
            expect(c.pdu("AT+CMGW=N", submit("." * 40))[1:], [f"+CMGW: {n}", "OK"], "AT+CMGW")
        expect(c.pdu("AT+CMGW=N", submit("full"))[-1], "+CMS ERROR: 322", "AT+CMGW when full")
        expect(e.holds_number(SENDER), 0, "the number after overwriting")
        expect(e.raw()[0], 7, "stored, not sent")
        expect([line[:10] for line in c.at("AT+CMGL=4")[::2]], ["+CMGL: 1,2", "+CMGL: 2,2", "OK"],
               "stored texts are listed")
        expect(c.pdu("AT+CMGW=9", submit())[-1], "+CMS ERROR: 304", "AT+CMGW with a wrong length")


def check_send(folder):
    with Rig(folder, sim=2) as (e, c):
        c.at("AT+CNMI=2,1,0,2,0")
        said = c.pdu("AT+CMGS=N", submit("hello €", report=True))
        expect(said[1:], ["+CMGS: 1", "OK"], "AT+CMGS")
        sent = e.sent[0]
        expect((sent.number, sent.text, sent.coding, sent.report, sent.reference, sent.validity),
               ("+254700000777", "hello €", "gsm7", True, 1, 255), "what was sent")
        expect(c.pdu("AT+CMGS=N", submit("Ж😀", "0712345678"))[1:], ["+CMGS: 2", "OK"], "AT+CMGS")
        expect((e.sent[1].number, e.sent[1].text, e.sent[1].report),
               ("0712345678", "Ж😀", False), "UCS-2")
        expect(c.pdu("AT+CMGS=N", submit(b"\0\1\xff"))[1:], ["+CMGS: 3", "OK"], "AT+CMGS")
        expect(e.sent[2].text, b"\0\1\xff", "8-bit")
        expect(c.pdu("AT+CMGS=N", submit("no"), end="\x1b")[-1], "OK", "ESC at the prompt")
        expect(c.pdu("AT+CMGS=9", submit())[-1], "+CMS ERROR: 304", "wrong length")
        expect(len(e.sent), 3, "messages that left")
        e.report_for(0)
        expect(c.until(r'\+CDSI: "SM",1\r\n') is not None, True, "+CDSI")
        line = c.at("AT+CMGR=1")[1]
        expect(line, e.messages[-1].pdu.hex().upper(), "the report")
        expect(bytes.fromhex(line)[8:10], b"\x06\x01", "status report for no. 1")
        c.at("AT+CNMI=2,1,0,1,0")
        e.report_for(1, 0x46)
        said = c.until(r"\+CDS: \d+\r\n[0-9A-F]+\r\n")
        expect(said is not None and said.strip().endswith("46"), True, "+CDS")


def check_pin(folder):
    with Rig(folder, sim=2, pin="1234") as (e, c):
        c.at("AT+CMEE=1")
        expect(c.at("AT+CPIN?"), ["+CPIN: SIM PIN", "OK"], "locked")
        expect(c.at("AT+CMGL=4"), ["+CMS ERROR: 311"], "no messages without a PIN")
        expect(c.at("AT+COPS?"), ["+CME ERROR: 11"], "no network without a PIN")
        expect(c.at('AT+CPIN="9999"'), ["+CME ERROR: 16"], "wrong")
        expect(e.pin_tries, 2, "tries")
        expect(c.at('AT+CPIN="1234"'), ["OK"], "right")
        expect((e.pin_tries, c.at("AT+CPIN?")[0]), (3, "+CPIN: READY"), "open")
        e.reset()
        c.at("AT+CMEE=1")
        for code in (16, 16, 12):
            expect(c.at('AT+CPIN="0000"'), [f"+CME ERROR: {code}"], "wrong")
        expect(c.at("AT+CPIN?")[0], "+CPIN: SIM PUK", "after three")
        expect(c.at('AT+CPIN="1234"')[-1], "+CME ERROR: 16", "a PIN where the PUK is wanted")
        expect(c.at('AT+CPIN="12345678","4321"'), ["OK"], "the PUK")


def check_ussd(folder):
    with Rig(folder, sim=2) as (e, c):
        for charset, code, answer in (("GSM", "*144#", "Airtime"),
                                      ("HEX", "2A31343423", "41697274"),
                                      ("UCS2", "002A0031003400340023", "00410069")):
            c.at(f'AT+CSCS="{charset}"')
            expect(c.at(f'AT+CUSD=1,"{code}",15'), ["OK"], "AT+CUSD")
            expect(c.until(rf'\+CUSD: 0,"{answer}[^"]*",15\r\n') is not None, True, charset)
        e.ussd["*144#"] = None
        c.at('AT+CUSD=1,"002A0031003400340023",15')
        expect(c.until("CUSD: ", SILENT_S), None, "no answer from the network")


def check_tty(folder):
    """Unplugged, back, hung, power off and on, by hand and through the FIFO."""
    control = os.path.join(folder, "control")
    with Rig(folder, sim=2, control=control) as (e, c):
        first = os.readlink(e.link)
        c.at("AT+CNMI=2,1")
        c.send("AT+CM")
        e.unplug()
        expect(os.path.lexists(e.link), False, "the link while unplugged")
        try:
            os.write(c.fd, b"x")
            raise Failure("a tty that is gone takes an octet")
        except OSError:
            pass
        e.deliver("meanwhile", SENDER)
        e.replug()
        again = Client(e.link)
        expect(again.at("AT+CNMI?")[0], "+CNMI: 0,0,0,0,0", "forgotten without power")
        expect(len(again.at("AT+CMGL=4")), 3, "the message is there")
        e.hang()
        expect(again.at("AT", SILENT_S), [], "hung")
        e.unplug(return_s=0.2)
        time.sleep(0.1)
        expect(os.path.lexists(e.link), False, "not back yet")
        deadline = time.monotonic() + ANSWER_S
        while not os.path.lexists(e.link) and time.monotonic() < deadline:
            time.sleep(0.01)
        again.close()
        again = Client(e.link)
        expect(again.at("AT"), ["OK"], "back, and awake")
        e.faults.power_s = 0.1
        before = e.count("replug")
        with open(control, "w") as f:
            f.write("nonsense\npower\n")
        while e.count("replug") == before and time.monotonic() < deadline:
            time.sleep(0.01)
        expect(e.count("replug"), before + 1, "power through the FIFO")
        again.close()
        again = Client(e.link)
        e.hang(0.2)
        again.send("AT\r")
        expect(again.until("OK", 0.1), None, "hung for a while")
        time.sleep(0.2)
        expect(again.at("AT"), ["OK"], "awake by itself")
        expect(first != "", True, "a link")
        again.close()


def check_pdu(folder):
    """The encoder against octets that others wrote."""
    expect(pdu.pack(pdu.septets("hellohello")).hex().upper(), "E8329BFD4697D9EC37", "7 bit")
    when = datetime.datetime(1999, 3, 29, 12, 16, 59, tzinfo=datetime.timezone.utc)
    expect(pdu.deliver("hellohello", "+27838890001", smsc="+27381000015", when=when).hex().upper(),
           "07917283010010F5040B917238880900F10000993092516195210AE8329BFD4697D9EC37", "a DELIVER")
    for text in ("plain", "{[€]}^\\~|", "Ж", "😀 flag", "@£$_ΔΦΓΛΩΠΨΣΘΞ", "x" * 160):
        read = pdu.submit(submit(text))
        expect((read.text, read.number), (text, "+254700000777"), "there and back")
    for udh in (pdu.concat(7, 3, 2), pdu.concat(300, 3, 2, 16), pdu.ports(16001, 0)):
        for text in ("hello", "Ж", b"\0\1"):
            dcs, count, body = pdu.user_data(text, udh=udh)
            coding = pdu.coding_of(dcs)
            expect(pdu.read_user_data(coding, count, body, True), (text, udh), "with a header")
    expect(pdu.address("EW1 hello")[:2], b"\x10\xd0", "alphanumeric")
    for number in ("+254711222333", "0712345", "*100#", ";touch inj;"):
        expect(pdu.read_address(pdu.address(number)), (number, len(pdu.address(number))), "address")
    for bad in (b"", b"\0", b"\0\x11\0", submit("hello")[:-2], b"\0\4" + submit()[2:]):
        try:
            pdu.submit(bad)
            raise Failure(f"{bad.hex()} was read")
        except ValueError:
            pass
    expect(len(pdu.parts("x" * 100, size=40)), 3, "parts")


def check_poison(folder):
    with Rig(folder, sim=len(POISON)) as (e, c):
        for name in POISON:
            e.deliver(poison=name)
        lines = c.at("AT+CMGL=4")
        expect(lines[1:-1:2], [line for line, _ in POISON.values()], "the lines of a listing")
        for n in range(1, len(POISON) + 1):
            expect(c.at(f"AT+CMGD={n}"), ["OK"], "delete")
        expect(e.waiting(), 0, "left")


def check_shell(folder):
    with Rig(folder, sim=2) as (e, c):
        shell = Shell(e)
        expect(shell.obey(f"deliver {SENDER} a text of words"), "", "deliver")
        expect(e.messages[-1].text, "a text of words", "its text")
        expect("fault" in shell.obey("help"), True, "help")
        expect("slow_delete" in shell.obey("fault"), True, "the table")
        expect((shell.obey("fault slow_delete 2.5"), e.faults.slow_delete), ("", 2.5), "fault")
        expect(shell.obey("fault nonsense 1")[:14], "AttributeError", "no such fault")
        expect("part_zero" in shell.obey("poison"), True, "poison")
        expect("used" in shell.obey("raw"), True, "raw")
        expect("store" in shell.obey("journal"), True, "journal")
        c.pdu("AT+CMGS=N", submit("by hand", report=True))
        expect("by hand" in shell.obey("sent"), True, "sent")
        expect((shell.obey("report"), e.waiting()), ("", 2), "report")
        for line in ("unplug", "replug", "hang 1", "power"):
            expect(shell.obey(line), "", line)
        expect(shell.obey("dance"), "no such command; try: help", "no command")


# --- faults: each gives whether its effect is seen ---

def timed(seconds, command, reply):
    def seen(e, c):
        e.deliver("a", SENDER)
        begin = time.monotonic()
        expect(c.at(command), reply, command)
        return time.monotonic() - begin >= seconds
    return seen


def slow_delete_late(e, c):
    e.faults.slow_delete = 0.3
    e.deliver("a", SENDER)
    c.send("AT+CMGD=1\r")
    time.sleep(0.15)
    return e.memories["SM"].holds(1)


def delete_fails_deleted(e, c):
    e.faults.delete_fails = 1
    e.deliver("a", SENDER)
    expect(c.at("AT+CMGD=1"), ["+CMS ERROR: 500"], "a delete that fails")
    return not e.memories["SM"].holds(1)


def answers(command, reply, deliver=False):
    def seen(e, c):
        if deliver:
            e.deliver("a", SENDER)
        return c.at(command)[-1] == reply
    return seen


def sends(left, last):
    def seen(e, c):
        said = c.pdu("AT+CMGS=N", submit(), seconds=SILENT_S)
        effect = (len(e.sent), said[-1] if said else None) == (left, last)
        return effect and c.at("AT") == ["OK"]
    return seen


def send_slow(e, c):
    begin = time.monotonic()
    expect(c.pdu("AT+CMGS=N", submit())[-1], "OK", "AT+CMGS")
    return time.monotonic() - begin >= 0.3


def silent(command, deliver=3):
    def seen(e, c):
        for _ in range(deliver):
            e.deliver("a", SENDER)
        c.send(command + "\r")
        said = c.until(r"\r\nOK\r\n", SILENT_S)
        return said is None and c.at("AT", SILENT_S) == []
    return seen


def mid_reply(e, c):
    e.deliver("a", SENDER)
    c.send("AT+CMGL=4\r")
    begun, ended = c.until(r"\+CMGL: 1", SILENT_S), c.until(r"OK\r\n", SILENT_S)
    return begun is not None and ended is None and c.at("AT", SILENT_S) == []


def no_hint(e, c):
    c.at("AT+CNMI=2,1,0,2,0")
    e.deliver("a", SENDER)
    return c.until("CMTI", SILENT_S) is None


def storm(e, c):
    return c.until(r"(?s)RSSI.*RSSI", SILENT_S) is not None


def hint_inside(e, c):
    e.deliver("a", SENDER)
    e.deliver("b", SENDER)
    lines = c.at("AT+CMGL=4")
    expect(sum(line.startswith("+CMGL") for line in lines), 2, "messages in the listing")
    return '+CMTI: "SM",2' in lines[2:-1]


def words_inside(e, c):
    e.deliver("a", SENDER)
    return all(lines[lines.index("Call Ready") - 1].startswith("+CMG")
               for lines in (c.at("AT+CMGL=4"), c.at("AT+CMGR=1")) if "Call Ready" in lines) \
        and "Call Ready" in c.at("AT+CMGL=4")


def refused_with(e, c):
    e.faults.send_refused = 1
    return c.pdu("AT+CMGS=N", submit())[-1] == "+CMS ERROR: 331"


def listing_drops(e, c):
    """One octet of one listing; what the slot holds, and AT+CMGR, are whole."""
    e.deliver("a", SENDER)
    lists = [next(n for n in c.at("AT+CMGL=4") if n.startswith("07")) for _ in range(2)]
    read = next(n for n in c.at("AT+CMGR=1") if n.startswith("07"))
    expect(lists[1], read, "the second listing")
    return len(lists[0]) == len(read) - 1


def no_echo(e, c):
    return c.pdu("AT+CMGS=N", submit()) == ["+CMGS: 1", "OK"]


def no_refill(e, c):
    for _ in range(4):
        e.deliver("a", SENDER)
    c.at("AT+CMGD=1")
    effect = not e.memories["SM"].holds(1)
    e.fill_now()
    expect(e.memories["SM"].holds(1), True, "after the network was told")
    return effect


def spill(e, c):
    for _ in range(4):
        e.deliver("a", SENDER)
    return e.messages[3].slot == ("ME", 1)


def report_comes(e, c):
    c.pdu("AT+CMGS=N", submit(report=True))
    time.sleep(0.1)
    return e.waiting() == 1


def power_slow(e, c):
    e.power_cycle()
    time.sleep(0.15)
    back = e.plugged_in
    e.replug()
    return not back


# name: (value that shows, how it is seen, value that is harmless)
FAULTS = {
    "latency": ({"CMGD": 0.3}, timed(0.3, "AT+CMGD=1", ["OK"])),
    "slow_delete": (0.3, timed(0.3, "AT+CMGD=1", ["OK"])),
    "slow_delete_late": (True, slow_delete_late),
    "send_s": (0.3, send_slow),
    "delete_fails": (1, answers("AT+CMGD=1", "+CMS ERROR: 500", deliver=True)),
    "delete_fails_deleted": (True, delete_fails_deleted),
    "cms_error": ([rule("CMGR", 512)], answers("AT+CMGR=1", "+CMS ERROR: 512")),
    "cme_error": ([rule("CSQ", 100)], answers("AT+CSQ", "+CME ERROR: 100")),
    "send_refused": (1, sends(0, "+CMS ERROR: 38")),
    "send_code": (331, refused_with, 38),
    "send_lost_reply": (1, sends(1, None)),
    "send_never_leaves": (1, sends(0, None)),
    "no_cmgw": (True, answers("AT+CMGW=9", "ERROR")),
    "no_cnmi": (True, answers("AT+CNMI=?", "ERROR")),
    "empty_slot": (321, answers("AT+CMGR=1", "+CMS ERROR: 321")),
    "empty_list": (321, answers("AT+CMGL=4", "+CMS ERROR: 321")),
    "delete_empty": (321, answers("AT+CMGD=1", "+CMS ERROR: 321")),
    "hang": (True, silent("AT")),
    "hang_at": ("CMGL", silent("AT+CMGL=4")),
    "hang_mid_reply": ("CMGL", mid_reply),
    "lost_cmti": (1, no_hint),
    "storm": (50.0, storm),
    "urc_in_reply": ({"CMGL"}, hint_inside),
    "words_in_entry": ("Call Ready", words_inside),
    "listing_drops": (1, listing_drops),
    "echo_pdu": (False, no_echo),
    "refill": (False, no_refill),
    "spill": (True, spill),
    "auto_report": (0.01, report_comes),
    "power_s": (5.0, power_slow, 0.01),
}


def check_fault(folder, name):
    value, seen, *harmless = FAULTS[name]
    for on in (True, False):
        with Rig(folder, sim=3, phone=2) as (e, c):
            c.at("AT+CMEE=1")
            if on or harmless:
                e.faults.set(**{name: value if on else harmless[0]})
            if name == "no_cmgw" and not on:
                expect(c.pdu("AT+CMGW=N", submit())[-1], "OK", "AT+CMGW")
                continue
            expect(seen(e, c), on, f"the effect of {name}")


def check_rules(folder):
    """The nth command from now, and so many of them."""
    with Rig(folder, sim=3) as (e, c):
        e.faults.cms_error = [rule("CMGR", 512, nth=2, times=2)]
        expect([c.at("AT+CMGR=1")[-1] for _ in range(4)],
               ["OK", "+CMS ERROR: 512", "+CMS ERROR: 512", "OK"], "the second and the third")


def main():
    begin = time.monotonic()
    expect(set(FAULTS), set(Faults.table()), "faults that are tested")
    with tempfile.TemporaryDirectory(prefix="tocsin-emulator-") as folder:
        for check in (check_pdu, check_replies, check_messages, check_raw, check_send, check_pin,
                      check_ussd, check_poison, check_shell, check_rules, check_tty):
            place = os.path.join(folder, check.__name__)
            os.mkdir(place)
            check(place)
            print(f"{time.monotonic() - begin:6.2f} s  {check.__name__}", flush=True)
        for name in FAULTS:
            place = os.path.join(folder, name)
            os.mkdir(place)
            check_fault(place, name)
        print(f"{time.monotonic() - begin:6.2f} s  {len(FAULTS)} faults", flush=True)
    print("passed")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAILED: {failure}")
