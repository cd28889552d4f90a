# SPDX-License-Identifier: GPL-2.0-or-later
"""SMS PDUs as a network and a modem make them (3GPP TS 23.040, 23.038), apart from the project's
own code, so that neither can hide the other's fault.

    deliver(text, sender)            SMS-DELIVER with its SMSC, as octets
    status_report(mr, number)        SMS-STATUS-REPORT
    submit(octets)                   an SMS-SUBMIT taken to pieces
"""
import dataclasses
import datetime

SMSC = "+254700000001"
BASIC = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
         "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
EXTENSION = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D,
             "]": 0x3E, "|": 0x40, "€": 0x65}
EXTENDED = {code: char for char, code in EXTENSION.items()}
ESCAPE = 0x1B
USER_OCTETS = 140
NATIONAL, INTERNATIONAL, ALPHANUMERIC = 0x81, 0x91, 0xD0


def septets(text):
    """The text's septets; ValueError if a character has none."""
    found = []
    for char in text:
        if char in EXTENSION:
            found += [ESCAPE, EXTENSION[char]]
        else:
            code = BASIC.find(char)
            if code < 0 or code == ESCAPE:
                raise ValueError(f"{char!r} is not in GSM's alphabet")
            found.append(code)
    return found


def pack(codes, fill=0):
    """Septets to octets, after fill bits of nothing."""
    bits = 0
    for i, code in enumerate(codes):
        bits |= code << (fill + 7 * i)
    return bits.to_bytes((fill + 7 * len(codes) + 7) // 8, "little")


def unpack(octets, count, fill=0):
    bits = int.from_bytes(octets, "little") >> fill
    return [bits >> 7 * i & 0x7F for i in range(count)]


def from_septets(codes):
    text, escaped = "", False
    for code in codes:
        if escaped:
            text += EXTENDED.get(code, " ")
            escaped = False
        elif code == ESCAPE:
            escaped = True
        else:
            text += BASIC[code]
    return text


def semi_octets(digits):
    """Two digits an octet, the first one low; F fills the last."""
    codes = [10 if d == "*" else 11 if d == "#" else int(d) for d in digits]
    if len(codes) % 2:
        codes.append(15)
    return bytes(codes[i] | codes[i + 1] << 4 for i in range(0, len(codes), 2))


def address(number):
    """TP-OA or TP-DA: length in digits, type, digits. Letters make it alphanumeric."""
    digits = number.lstrip("+")
    if digits and all(c in "0123456789*#" for c in digits):
        kind = INTERNATIONAL if number.startswith("+") else NATIONAL
        return bytes([len(digits), kind]) + semi_octets(digits)
    codes = septets(number)
    packed = pack(codes)
    return bytes([(7 * len(codes) + 3) // 4, ALPHANUMERIC]) + packed


def read_address(octets):
    """(number, octets used), from the length in digits on."""
    length, kind = octets[0], octets[1]
    used = 2 + (length + 1) // 2
    body = octets[2:used]
    if kind & 0x70 == 0x50:
        return from_septets(unpack(body, length * 4 // 7)), used
    digits = "".join("0123456789*#abc"[n] for o in body for n in (o & 15, o >> 4) if n < 15)
    return ("+" if kind & 0x70 == 0x10 else "") + digits[:length], used


def smsc_octets(number):
    if not number:
        return b"\0"
    body = bytes([INTERNATIONAL]) + semi_octets(number.lstrip("+"))
    return bytes([len(body)]) + body


def stamp(when=None, zone_quarters=12):
    """TP-SCTS: local time of the SMSC, three hours east of Greenwich unless said otherwise."""
    when = when or datetime.datetime.now(datetime.timezone.utc)
    local = when.astimezone(datetime.timezone(datetime.timedelta(minutes=15 * zone_quarters)))
    zone = semi_octets(f"{abs(zone_quarters):02d}")
    if zone_quarters < 0:
        zone = bytes([zone[0] | 8])
    return semi_octets(local.strftime("%y%m%d%H%M%S")) + zone


def concat(reference, total, part, bits=8):
    """User data header of a part of a long message, its length octet included."""
    if bits == 8:
        return bytes([5, 0, 3, reference, total, part])
    return bytes([6, 8, 4, reference >> 8, reference & 255, total, part])


def ports(destination, source):
    """User data header with 16-bit application ports."""
    return bytes([6, 5, 4]) + destination.to_bytes(2, "big") + source.to_bytes(2, "big")


def user_data(text, coding=None, udh=b""):
    """(DCS, TP-UDL, TP-UD). text: str or bytes; coding: "gsm7", "ucs2", "8bit" or None."""
    if coding is None:
        coding = "8bit" if isinstance(text, bytes) else "gsm7"
        if coding == "gsm7":
            try:
                septets(text)
            except ValueError:
                coding = "ucs2"
    if coding == "gsm7":
        codes = septets(text)
        fill = -8 * len(udh) % 7
        head = (8 * len(udh) + fill) // 7
        dcs, count, body = 0x00, head + len(codes), udh + pack(codes, fill)
    elif coding == "ucs2":
        body = udh + text.encode("utf-16-be", "surrogatepass")
        dcs, count = 0x08, len(body)
    else:
        body = udh + (text if isinstance(text, bytes) else text.encode("latin-1"))
        dcs, count = 0x04, len(body)
    if len(body) > USER_OCTETS:
        raise ValueError(f"{len(body)} octets of user data do not fit into one message")
    return dcs, count, body


def deliver(text, sender="+254711111111", coding=None, udh=b"", when=None, smsc=SMSC, dcs=None,
            pid=0):
    """SMS-DELIVER, its SMSC first. dcs: written in place of the one that fits."""
    fits, count, body = user_data(text, coding, udh)
    first = 0x04 | (0x40 if udh else 0)
    return (smsc_octets(smsc) + bytes([first]) + address(sender)
            + bytes([pid, fits if dcs is None else dcs]) + stamp(when) + bytes([count]) + body)


def parts(text, sender="+254711111111", reference=7, size=60, bits=8, **more):
    """The PDUs of a long message, size characters a part."""
    pieces = [text[i:i + size] for i in range(0, len(text), size)]
    return [deliver(piece, sender, udh=concat(reference, len(pieces), n + 1, bits), **more)
            for n, piece in enumerate(pieces)]


def status_report(reference, number, status=0, when=None, smsc=SMSC):
    """SMS-STATUS-REPORT. status 0: delivered, 0x20..0x3F: still trying, 0x40 and on: failed."""
    return (smsc_octets(smsc) + bytes([0x06, reference]) + address(number) + stamp(when)
            + stamp(when) + bytes([status]))


@dataclasses.dataclass
class Submit:
    """What a modem was told to send."""
    number: str
    text: object         # str, or bytes of an 8-bit message
    coding: str          # gsm7, ucs2, 8bit
    report: bool         # a status report is wanted
    reference: int       # TP-MR as written in the PDU
    validity: int | None  # TP-VP, relative form
    udh: bytes
    pdu: bytes


def coding_of(dcs):
    if dcs & 0xC0 == 0:
        return {0: "gsm7", 4: "8bit", 8: "ucs2", 12: "reserved"}[dcs & 0x0C]
    if dcs & 0xF0 == 0xF0:
        return "8bit" if dcs & 4 else "gsm7"
    return "ucs2" if dcs & 0xF0 == 0xE0 else "gsm7"


def read_user_data(coding, count, body, with_header):
    """(text or bytes, user data header with its length octet)."""
    udh = body[:body[0] + 1] if with_header else b""
    if coding == "gsm7":
        fill = -8 * len(udh) % 7
        head = (8 * len(udh) + fill) // 7
        return from_septets(unpack(body[len(udh):], count - head, fill)), udh
    rest = body[len(udh):count]
    return (rest.decode("utf-16-be", "replace") if coding == "ucs2" else rest), udh


def submit(octets):
    """SMS-SUBMIT with its SMSC; ValueError if it is none."""
    try:
        o = octets[1 + octets[0]:]
        if o[0] & 3 != 1:
            raise ValueError("no SMS-SUBMIT")
        number, used = read_address(o[2:])
        at = 2 + used
        coding = coding_of(o[at + 1])
        form = o[0] >> 3 & 3
        validity = o[at + 2] if form == 2 else None
        at += 2 + {0: 0, 1: 7, 2: 1, 3: 7}[form]
        count, body = o[at], o[at + 1:]
        wanted = (7 * count + 7) // 8 if coding == "gsm7" else count
        if len(body) != wanted:
            raise ValueError(f"{len(body)} octets of user data, {wanted} announced")
        text, udh = read_user_data(coding, count, body, bool(o[0] & 0x40))
    except IndexError:
        raise ValueError("an SMS-SUBMIT cut short") from None
    return Submit(number, text, coding, bool(o[0] & 0x20), o[1], validity, udh, bytes(octets))
