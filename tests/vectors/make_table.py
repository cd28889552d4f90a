#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Turn schemas/wire/vectors/ew1-vectors.json into a C table: make_table.py JSON HEADER."""
import json
import sys


def octets(hexadecimal):
    return "{" + ", ".join("0x%02x" % b for b in bytes.fromhex(hexadecimal)) + "}"


def array(name, hexadecimal):
    length = len(hexadecimal) // 2
    return "static const uint8_t %s[%d] = %s;" % (name, length, octets(hexadecimal))


def message(m):
    fields = ["n", "chain_key", "mk_x", "mk_s", "ack", "plaintext", "eph_random", "x_wire", "x_sms",
              "s_wire", "s_sms"]
    values = []
    for field in fields:
        value = m[field]
        if field == "n":
            text = str(value)
        elif field.endswith("_sms"):
            text = '"%s"' % value
        else:
            text = octets(value)
        values.append("\t\t.%s = %s," % (field, text))
    return "\t{\n%s\n\t}," % "\n".join(values)


def main(source, target):
    with open(source, encoding="ascii") as f:
        v = json.load(f)
    gateway, enrolment = v["gateway"], v["enrolment"]
    lines = [
        "/* Made from ew1-vectors.json by tests/vectors/make_table.py. */",
        "#ifndef EW1_VECTORS_H",
        "#define EW1_VECTORS_H",
        "#include <stdint.h>",
        array("vector_sk_i", gateway["intake_secret"]),
        array("vector_pk_i", gateway["intake_public"]),
        array("vector_gwid", gateway["gwid"]),
        array("vector_m", enrolment["master_M"]),
        array("vector_sk_m", enrolment["monitor_static_secret"]),
        array("vector_pk_m", enrolment["monitor_static_public"]),
        array("vector_k0", v["slot_root_K0"]),
        array("vector_flags", enrolment["flags"]),
        array("vector_parameters", enrolment["parameters"]),
        'static const char vector_text[] = "%s";' % enrolment["text"],
        "#define VECTOR_COUNT %d" % len(v["messages"]),
        "static const struct vector_message {",
        "\tuint32_t n;",
        "\tuint8_t chain_key[32], mk_x[32], mk_s[32], ack[3];",
        "\tuint8_t plaintext[26], eph_random[32], x_wire[95], s_wire[25];",
        "\tconst char *x_sms, *s_sms;",
        "} vectors[VECTOR_COUNT] = {",
    ]
    lines += [message(m) for m in v["messages"]]
    lines += ["};", "#endif", ""]
    with open(target, "w", encoding="ascii") as f:
        f.write("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
