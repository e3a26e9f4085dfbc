#!/usr/bin/env python3
"""Writes tests/data/rules: one message for each rule, and beside it what must be read there.

The expectation is what went into the message before it was encoded; no mail program is asked.
Run by hand after a change here: the samples travel with the sources.
"""
import base64
import os
import sys
from urllib.parse import quote

OUT = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "rules")
ROWS = []


def escape(text):
    data = text.encode("utf-8")[:300]
    out = bytearray()
    for c in data:
        if c == 10:
            out += b"\\n"
        elif c < 32 or c == 127:
            out += b"\\x%02x" % c
        else:
            out.append(c)
    return bytes(out)


def part(path, kind, text=None, charset=None, name=None, disposition=None, cid=None):
    line = ("%s %s" % (path, kind)).encode()
    for label, value in (("charset=", charset), ("name=", name), ("", disposition), ("id=", cid)):
        if value is not None:
            line += b" " + (label + value).encode("utf-8")
    return line + (b" | " + escape(text) if text is not None else b"")


def add(rule, name, why, message, parts, subject="s", sender=None):
    want = [("Subject: " + subject).encode("utf-8")] if subject is not None else []
    if sender is not None:
        want.append(("From: " + sender).encode("utf-8"))
    message = message if isinstance(message, bytes) else message.encode("utf-8")
    with open(os.path.join(OUT, name + ".eml"), "wb") as f:
        f.write(message)
    with open(os.path.join(OUT, name + ".want"), "wb") as f:
        f.write(b"\n".join(want + parts) + b"\n")
    ROWS.append("%s\n\t%s: %s\n" % (name, rule, why))


def wrap64(data):
    return base64.encodebytes(data)


# ---- Charsets: label, Python's name, text. ----
CHARSETS = [
    ("utf-8", "utf-8", "Grüße – 日本語 Привет €"), ("UTF8", "utf-8", "Grüße € 😀"),
    ("iso-8859-1", "latin-1", "Grüße aus Köln, façade"), ("latin1", "latin-1", "El niño"),
    ("iso-8859-2", "iso8859-2", "Zażółć gęślą jaźń"), ("iso-8859-3", "iso8859-3", "Ĉu ĝi ŝatas ĵurnalon"),
    ("iso-8859-4", "iso8859-4", "Ģīmene āčē"), ("iso-8859-5", "iso8859-5", "Привет мир"),
    ("iso-8859-6", "iso8859-6", "مرحبا بالعالم"), ("iso-8859-7", "iso8859-7", "Καλημέρα κόσμε"),
    ("iso-8859-8", "iso8859-8", "שלום עולם"), ("iso-8859-8-i", "iso8859-8", "שלום"),
    ("iso-8859-9", "iso8859-9", "Türkçe ğüşıöç"), ("iso-8859-10", "iso8859-10", "Þór Æðey"),
    ("iso-8859-13", "iso8859-13", "Žąsis ąžuolas"), ("iso-8859-14", "iso8859-14", "Ŵŷ ŵŷ"),
    ("iso-8859-15", "iso8859-15", "Prix : 20 € œuvre"), ("iso-8859-16", "iso8859-16", "Școală țară"),
    ("windows-1250", "cp1250", "Příliš žluťoučký"), ("windows-1251", "cp1251", "Привет, “да”"),
    ("windows-1252", "cp1252", "“smart” – €"), ("cp1252", "cp1252", "€uro"), ("windows-1253", "cp1253", "Καλημέρα"),
    ("windows-1254", "cp1254", "İstanbul ğüş"), ("windows-1255", "cp1255", "שלום"),
    ("windows-1256", "cp1256", "مرحبا"), ("windows-1257", "cp1257", "Žąsis"),
    ("koi8-r", "koi8-r", "Привет из Москвы"), ("koi8-u", "koi8-u", "Привіт із Києва їжак"),
    ("iso-2022-jp", "iso-2022-jp", "日本語のテキスト"), ("euc-jp", "euc-jp", "日本語のテキスト"),
    ("shift_jis", "shift_jis", "日本語のテキスト"), ("x-sjis", "shift_jis", "日本語"), ("windows-31j", "cp932", "日本語①"),
    ("gb2312", "gb2312", "简体中文文本"), ("gbk", "gbk", "简体中文文本"), ("gb18030", "gb18030", "简体中文€"),
    ("hz-gb-2312", "hz", "简体中文"), ("big5", "big5", "繁體中文文本"), ("big5-hkscs", "big5hkscs", "繁體中文嘅文本"),
    ("euc-kr", "euc-kr", "한국어 텍스트"), ("ks_c_5601-1987", "euc-kr", "한국어"), ("iso-2022-kr", "iso-2022-kr", "한국어 텍스트"),
    ("tis-620", "iso8859-11", "สวัสดี"), ("windows-874", "cp874", "สวัสดี"),
    ("ibm866", "cp866", "Привет"), ("cp437", "cp437", "é à ñ"), ("cp850", "cp850", "é à ñ"), ("cp852", "cp852", "Zażółć"),
    ("macintosh", "mac_roman", "éàñ – “x”"), ("x-mac-cyrillic", "mac_cyrillic", "Привет"),
    ("utf-7", "utf-7", "Grüße"), ("utf-16", "utf-16", "Hello wörld"), ("utf-16le", "utf-16le", "Hellö"),
    ("utf-16be", "utf-16be", "Hellö"), ("us-ascii", "ascii", "plain text"),
]


def charsets():
    for label, codec, text in CHARSETS:
        body = (text + "\n").encode(codec)
        word = b"=?" + label.encode() + b"?B?" + base64.b64encode(text.encode(codec)) + b"?="
        head = b"Subject: " + word + b"\nContent-Type: text/plain; charset=" + label.encode()
        message = head + b"\nContent-Transfer-Encoding: base64\n\n" + wrap64(body)
        add("RFC 2046 4.1.2, RFC 2047 2", "charset-" + label.lower(), "text and subject in " + label,
            message, [part("1", "text/plain", text + "\n", label)], text)


# ---- Encoded words. ----
def words():
    rows = [
        ("q-lower", "=?utf-8?q?J=c3=bcrgen?=", "Jürgen", "lower-case digits"),
        ("q-underscore", "=?utf-8?Q?a_b=5Fc?=", "a b_c", "_ is a blank"),
        ("b-adjacent", "=?utf-8?B?YcO8?= =?utf-8?B?w7Zi?=", "aüöb", "the blank between two words is dropped"),
        ("b-adjacent-folded", "=?utf-8?B?YcO8?=\n =?utf-8?B?w7Zi?=", "aüöb", "so is a fold"),
        ("q-and-text", "x =?utf-8?q?=C3=BC?= y", "x ü y", "a blank beside plain text stays"),
        ("mixed-charsets", "=?iso-8859-1?q?=FC?= =?utf-8?q?=C3=B6?=", "üö", "each word has its own charset"),
        ("language", "=?utf-8*de?q?gr=C3=BCn?=", "grün", "RFC 2231 5: a language after the charset"),
        ("b-unpadded", "=?utf-8?B?YcO8YQ?=", "aüa", "base64 without its padding"),
        ("q-question", "=?utf-8?q?what=3F?=", "what?", "an encoded question mark"),
        ("q-equals", "=?utf-8?q?1+1=3D2?=", "1+1=2", "an encoded equals sign"),
        ("plain-equals", "a =? b ?= c", "a =? b ?= c", "what looks like a word and is none"),
        ("unknown-encoding", "=?utf-8?X?abc?=", "=?utf-8?X?abc?=", "an encoding that is none stays as it is"),
        ("empty", "=?utf-8?q??= x", " x", "an empty word"),
        ("newline", "=?utf-8?q?a=0D=0Ab?=", "a  b", "line ends are made blanks: no second field"),
        ("nul", "=?utf-8?q?a=00b?=", "a b", "so is NUL"),
        ("tab-folded", "one\n\ttwo", "one\ttwo", "a fold by a tab"),
        ("upper-charset", "=?UTF-8?Q?=C3=9C?=", "Ü", "labels in capitals"),
    ]
    for name, raw, text, why in rows:
        add("RFC 2047", "words-" + name, why, "Subject: %s\n\nx\n" % raw, [part("1", "text/plain", "x\n")], text)


# ---- File names. ----
def names():
    rows = [
        ("quoted", 'filename="a b.txt"', "a b.txt", "a quoted name"),
        ("token", "filename=a.txt", "a.txt", "a bare one"),
        ("escaped-quote", 'filename="a\\"b.txt"', 'a"b.txt', "a quote within"),
        ("semicolon", 'filename="a;b.txt"', "a;b.txt", "a semicolon within"),
        ("equals", 'filename="a=b.txt"', "a=b.txt", "an equals sign within"),
        ("extended", "filename*=utf-8''%C3%BCbung.txt", "übung.txt", "RFC 2231 4"),
        ("extended-language", "filename*=utf-8'de'%C3%BCbung.txt", "übung.txt", "with a language"),
        ("extended-latin1", "filename*=iso-8859-1''%FCbung.txt", "übung.txt", "in Latin-1"),
        ("extended-upper", "FILENAME*=UTF-8''%c3%bcbung.txt", "übung.txt", "in capitals"),
        ("continued", 'filename*0="long "; filename*1="name.txt"', "long name.txt", "RFC 2231 3"),
        ("continued-extended", "filename*0*=utf-8''%C3%BC; filename*1*=%C3%B6; filename*2=.txt", "üö.txt", "both"),
        ("continued-split-character", "filename*0*=utf-8''%C3; filename*1*=%BC.txt", "ü.txt", "a character cut in two"),
        ("both-forms", "filename=u.txt; filename*=utf-8''%C3%BC.txt", "ü.txt", "RFC 6266 4.3: the extended one counts"),
        ("word", 'filename="=?utf-8?q?=C3=BC?=.txt"', "ü.txt", "an encoded word, forbidden and common"),
        ("words-folded", 'filename="=?utf-8?b?w7w=?=\n =?utf-8?b?w7Y=?=.txt"', "üö.txt", "two of them, folded"),
        ("raw-utf8", 'filename="übung.txt"', "übung.txt", "RFC 6532: as it is"),
        ("percent", 'filename="100%25.txt"', "100%25.txt", "% means nothing in the plain form"),
        ("blank-around", 'filename = "a.txt"', "a.txt", "blanks around ="),
        ("folded", '\n\tfilename="a.txt"', "a.txt", "on the next line"),
        ("comment", 'filename="a.txt" (a comment)', "a.txt", "a comment behind it"),
        ("last-semicolon", 'filename="a.txt";', "a.txt", "a semicolon behind it"),
        ("long", 'filename="%s.txt"' % ("x" * 180), "x" * 180 + ".txt", "a long one"),
    ]
    for name, raw, text, why in rows:
        message = ("Subject: s\nContent-Type: application/pdf\nContent-Disposition: attachment; %s\n\nx\n" % raw)
        add("RFC 2183, RFC 2231", "name-" + name, why, message,
            [part("1", "application/pdf", "x\n", name=text, disposition="attachment")])
    for name, raw, text, why in rows[:8]:
        message = "Subject: s\nContent-Type: image/png; %s\n\nx\n" % raw.replace("filename", "name").replace("FILENAME", "NAME")
        add("RFC 2045 5.1, RFC 2231", "type-name-" + name, why + ", on Content-Type", message,
            [part("1", "image/png", "x\n", name=text)])


# ---- Transfer encodings, and line ends. ----
def transfers():
    rows = [
        ("qp-soft", "quoted-printable", "one=\n two\n", "one two\n", "a soft line end"),
        ("qp-hex", "quoted-printable", "1=3D1\n", "1=1\n", "an escape"),
        ("qp-lower", "quoted-printable", "caf=c3=a9\n", "café\n", "lower-case digits"),
        ("qp-trailing", "quoted-printable", "one  \ntwo\t\n", "one\ntwo\n", "blanks at line ends are not text"),
        ("qp-kept-blank", "quoted-printable", "one=20\ntwo\n", "one \ntwo\n", "an escaped blank is"),
        ("qp-soft-at-end", "quoted-printable", "one=\n", "one", "a soft line end as the last byte"),
        ("qp-cut", "quoted-printable", "one=3", "one=3", "an escape that was cut"),
        ("qp-bad", "quoted-printable", "a=ZZb\n", "a=ZZb\n", "an escape that is none"),
        ("base64-lines", "base64", "SGVs\nbG8K\n", "Hello\n", "lines of any length"),
        ("base64-one-line", "base64", "SGVsbG8K", "Hello\n", "no line end"),
        ("base64-blanks", "base64", "S G V s\n\n bG8K\n", "Hello\n", "blanks within"),
        ("base64-no-padding", "base64", "SGVsbG8", "Hello", "no padding"),
        ("base64-footer", "base64", "SGVsbG8=\n_____\nA list's footer\n", "Hello", "text behind the padding is none of it"),
        ("base64-empty", "base64", "", "", "nothing"),
        ("upper", "BASE64", "SGVsbG8=\n", "Hello", "in capitals"),
        ("commented", "base64 (MIME)", "SGVsbG8=\n", "Hello", "a comment"),
        ("8bit", "8bit", "Grüße\n", "Grüße\n", "8bit"),
        ("binary", "binary", "Grüße\n", "Grüße\n", "binary"),
        ("7bit", "7bit", "plain\n", "plain\n", "7bit"),
    ]
    for name, transfer, body, text, why in rows:
        for ends in ("\n", "\r\n"):
            message = ("Subject: s\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: %s\n\n%s" %
                       (transfer, body)).replace("\n", ends)
            add("RFC 2045 6", "transfer-" + name + ("-crlf" if ends == "\r\n" else ""),
                why + (", CR LF" if ends == "\r\n" else ""), message, [part("1", "text/plain", text, "utf-8")])


# ---- Multiparts. ----
def nests():
    rows = [
        ("empty-preamble", "--b\n\none\n--b--\n", [part("1", "text/plain", "one")], "no preamble"),
        ("preamble", "for old programs\n--b\n\none\n--b--\n", [part("1", "text/plain", "one")], "a preamble is not shown"),
        ("epilogue", "--b\n\none\n--b--\nfor nobody\n", [part("1", "text/plain", "one")], "nor is an epilogue"),
        ("padding", "--b  \n\none\n--b-- \n", [part("1", "text/plain", "one")], "blanks behind a boundary"),
        ("two", "--b\n\none\n--b\n\ntwo\n--b--\n", [part("1", "text/plain", "one"), part("2", "text/plain", "two")], "two parts"),
        ("last-line-end", "--b\n\none\n\n--b--\n", [part("1", "text/plain", "one\n")], "the line end before a boundary is its own"),
        ("dashes-inside", "--b\n\n--\n--c\none\n--b--\n", [part("1", "text/plain", "--\n--c\none")], "other dashes are text"),
        ("empty-body", "--b\n\n\n--b--\n", [part("1", "text/plain", "")], "a part without text"),
        ("header-only", "--b\nContent-Type: text/html\n\n--b--\n", [part("1", "text/html", "")], "a part without a body"),
        ("nested", "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\none\n--c\nContent-Type: text/html\n\ntwo\n--c--\n\n--b--\n",
         [part("1", "multipart/alternative"), part("1.1", "text/plain", "one"), part("1.2", "text/html", "two")], "multipart in multipart"),
        ("message", "--b\nContent-Type: message/rfc822\n\nSubject: inner\n\none\n--b--\n",
         [part("1", "message/rfc822"), part("1.1", "text/plain", "one")], "a message within"),
        ("message-multipart", "--b\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\none\n--c--\n\n--b--\n",
         [part("1", "message/rfc822"), part("1.TEXT", "multipart/mixed"), part("1.1", "text/plain", "one")], "a multipart message within"),
        ("cid", "--b\nContent-Type: image/png\nContent-ID: <a@b>\n\none\n--b--\n", [part("1", "image/png", "one", cid="a@b")], "a part with a name for others"),
    ]
    for name, body, parts, why in rows:
        for quoted in ("b", '"b"'):
            message = "Subject: s\nContent-Type: multipart/mixed; boundary=%s\n\n%s" % (quoted, body)
            add("RFC 2046 5.1", "multipart-" + name + ("" if quoted == "b" else "-quoted"), why, message,
                [part("-", "multipart/mixed")] + parts)


# ---- Content-Type. ----
def types():
    rows = [
        ("upper", "TEXT/HTML; CHARSET=UTF-8", "text/html", "UTF-8", "capitals"),
        ("no-blank", "text/html;charset=utf-8", "text/html", "utf-8", "no blank"),
        ("blanks", "text/html ; charset = utf-8", "text/html", "utf-8", "blanks everywhere"),
        ("quoted", 'text/html; charset="utf-8"', "text/html", "utf-8", "a quoted charset"),
        ("folded", "text/html;\n charset=utf-8", "text/html", "utf-8", "folded"),
        ("comment", "text/html (web); charset=utf-8 (the usual)", "text/html", "utf-8", "comments"),
        ("other-params", "text/html; a=b; charset=utf-8; c=d", "text/html", "utf-8", "among others"),
        ("empty", "", "text/plain", None, "empty"),
        ("unknown", "x-foo/x-bar", "x-foo/x-bar", None, "unknown"),
        ("suffix", "application/vnd.a.b+json", "application/vnd.a.b+json", None, "a long name"),
        ("last-semicolon", "text/html; charset=utf-8;", "text/html", "utf-8", "a last semicolon"),
        ("twice-charset", "text/html; charset=utf-8; charset=latin1", "text/html", "utf-8", "the first charset counts"),
        ("extended-charset", "text/html; charset*=us-ascii'en'utf-8", "text/html", "utf-8", "RFC 2231 on it"),
    ]
    for name, value, kind, charset, why in rows:
        add("RFC 2045 5.1", "type-" + name, why, "Subject: s\nContent-Type: %s\n\nx\n" % value,
            [part("1", kind, "x\n", charset)])


# ---- Fields. ----
def fields():
    rows = [
        ("no-blank", "Subject:x", "x", "no blank behind the colon"),
        ("blank-before-colon", "Subject : x", "x", "RFC 5322 4.5: a blank before it"),
        ("upper", "SUBJECT: x", "x", "capitals"),
        ("folded-twice", "Subject: a\n b\n c", "a b c", "folded twice"),
        ("folded-first", "Subject:\n a", "a", "folded at once"),
        ("empty", "Subject:", "", "empty"),
        ("colon-inside", "Subject: a: b", "a: b", "a colon in the value"),
        ("trailing", "Subject: a  ", "a", "blanks at the end"),
        ("first-counts", "Subject: a\nSubject: b", "a", "two of them: the first counts"),
        ("emoji", "Subject: 😀", "😀", "RFC 6532"),
    ]
    for name, field, text, why in rows:
        for ends in ("\n", "\r\n"):
            add("RFC 5322 2.2", "field-" + name + ("-crlf" if ends == "\r\n" else ""), why,
                (field + "\n\nx\n").replace("\n", ends), [part("1", "text/plain", "x\n")], text)


# ---- The sender, as words (addresses are read in test_mime_address.c). ----
def senders():
    rows = [
        ("plain", "Ann Lee <ann@example.org>", "Ann Lee <ann@example.org>", "nothing to decode"),
        ("word", "=?utf-8?q?J=C3=BCrgen?= <j@example.org>", "Jürgen <j@example.org>", "an encoded word"),
        ("two-words", "=?utf-8?b?SsO8cmdlbg==?= =?utf-8?q?_Gro=C3=9F?= <j@example.org>", "Jürgen Groß <j@example.org>", "two of them"),
        ("folded", "=?utf-8?b?SsO8cmdlbg==?=\n <j@example.org>", "Jürgen <j@example.org>", "a fold before the address"),
        ("comma-inside", "=?utf-8?q?Doe=2C_J=C3=B6rg?= <j@example.org>", "Doe, Jörg <j@example.org>", "a comma in the word"),
        ("utf8", "Jürgen <jürgen@exämple.org>", "Jürgen <jürgen@exämple.org>", "RFC 6532: as it is"),
        ("japanese", "=?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <y@example.org>", "山田 <y@example.org>", "ISO-2022-JP"),
        ("comment", "ann@example.org (=?utf-8?q?=C3=84nn?=)", "ann@example.org (Änn)", "RFC 2047 5.2: in a comment"),
    ]
    for name, raw, text, why in rows:
        for ends in ("\n", "\r\n"):
            add("RFC 5322 3.6.2, RFC 2047 5", "sender-" + name + ("-crlf" if ends == "\r\n" else ""), why,
                ("Subject: s\nFrom: %s\n\nx\n" % raw).replace("\n", ends), [part("1", "text/plain", "x\n")], sender=text)


def main():
    os.makedirs(OUT, exist_ok=True)
    for make in (charsets, words, names, transfers, nests, types, fields, senders):
        make()
    with open(os.path.join(OUT, "README"), "w", encoding="utf-8") as f:
        f.write("One rule a message, made by ../make_rules.py, which says there what must be read: the text as\n"
                "it was before it was encoded. tests/proto/test_mime_parse.c compares them; ../odd/README says\n"
                "how a .want is written.\n\n" + "".join(ROWS))
    print(len(ROWS), "samples")


main()
