"""Reads FOLDER/N.eml by Python's email module and compares with what N.json says.

usage: read_drafts.py FOLDER
"""

import email
import email.header
import email.policy
import email.utils
import glob
import hashlib
import json
import sys
import warnings


def unflow(text):
    """RFC 3676 without DelSp: soft lines joined within one depth of quotes."""
    out, open_depth = [], None
    for line in text.split("\n")[:-1]:
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:]
        if words.startswith(" "):
            words = words[1:]
        is_soft = words.endswith(" ") and words != "-- "
        if open_depth == depth and words != "-- ":
            out[-1] += words
        else:
            out.append(">" * depth + (" " if depth and words else "") + words)
        open_depth = depth if is_soft else None
    return "".join(line + "\n" for line in out)


def addresses(raw, name):
    """By the older parser: the newer one keeps the blank between two encoded words."""
    return [[str(email.header.make_header(email.header.decode_header(words))), addr]
            for words, addr in email.utils.getaddresses(raw.get_all(name, []))]


# Some releases of the module give up on a host in brackets (RFC 5321 4.1.3).
READS_BRACKETS = email.utils.getaddresses(["x@[192.0.2.1]"]) == [("", "x@[192.0.2.1]")]


def is_beyond(key, wanted):
    """Addresses that this module cannot read."""
    return (not READS_BRACKETS and key in ("from", "to", "cc", "reply-to") and
            any("[" in pair[1] for pair in wanted))


def file_name(raw):
    """filename* before filename (RFC 6266 4.3)."""
    params = raw.get_params(header="content-disposition", unquote=True) or []
    names = [value for name, value in params if name == "filename"]
    encoded = [email.utils.collapse_rfc2231_value(n) for n in names if isinstance(n, tuple)]
    return (encoded or names or [""])[0]


def found_in(message, raw):
    parts = list(message.iter_parts()) if message.is_multipart() else [message]
    body, files = parts[0], []
    text = body.get_content().replace("\r\n", "\n")
    if body["content-type"].params.get("format") == "flowed":
        text = unflow(text)
    raw_parts = raw.get_payload() if raw.is_multipart() else [raw]
    for part, raw_part in list(zip(parts, raw_parts))[1:]:
        is_message = part.get_content_type() == "message/rfc822"
        name = file_name(raw_part)
        description = str(part.get("content-description", ""))
        data = b"" if is_message else part.get_payload(decode=True)
        files.append([name, description, is_message,
                      "" if is_message else hashlib.sha256(data).hexdigest()])
    return {
        "from": addresses(raw, "from"), "to": addresses(raw, "to"),
        "cc": addresses(raw, "cc"), "reply-to": addresses(raw, "reply-to"),
        "subject": str(message.get("subject", "")),
        "in-reply-to": str(message.get("in-reply-to", "")),
        "references": str(message.get("references", "")),
        "body": text, "files": files, "defects": [
            repr(d) for part in message.walk() for d in part.defects],
    }


def expected_of(said):
    said["files"] = [[f["name"], f["description"], f["is_message"],
                      "" if f["is_message"] else f["sha256"]] for f in said["files"]]
    said["defects"] = []
    return said


def main():
    warnings.simplefilter("ignore")
    bad = count = 0
    for path in sorted(glob.glob(sys.argv[1] + "/*.eml")):
        with open(path, "rb") as file:
            data = file.read()
        message = email.message_from_bytes(data, policy=email.policy.default)
        raw = email.message_from_bytes(data, policy=email.policy.compat32)
        with open(path[:-4] + ".json", encoding="utf-8") as file:
            said = expected_of(json.load(file))
        found = found_in(message, raw)
        count += 1
        for key, value in said.items():
            if found[key] != value and not is_beyond(key, value):
                bad += 1
                print(f"FAILED: {path}: {key}:\n  found  {found[key]!r}\n  wanted {value!r}")
    print(f"{count} messages, {bad} differences")
    sys.exit(bad > 0 or count == 0)


main()
