#!/bin/sh
# usage: pseudo.sh FILE.pot > FILE.po
# A catalogue for a language no one speaks, to see whether every sentence can be
# translated and whether the screens bear it: accented letters, a third longer,
# some wide characters, brackets at both ends. What printf reads is kept.

exec awk '
function spoil(text,    out, rest, c, letters, head, tail, more, i) {
	head = tail = ""
	while (substr(text, 1, 2) == "\\n") {
		head = head "\\n"
		text = substr(text, 3)
	}
	while (length(text) > 1 && substr(text, length(text) - 1) == "\\n") {
		tail = tail "\\n"
		text = substr(text, 1, length(text) - 2)
	}
	rest = text
	while (rest != "") {
		# %1 of our own sentences
		if (rest ~ /^%[1-9]([^$0-9.A-Za-z]|$)/) {
			out = out substr(rest, 1, 2)
			rest = substr(rest, 3)
			continue
		}
		if (match(rest, /^%<[A-Za-z0-9]+>/) ||
		    match(rest, /^%[0-9]*\$?[-+ #0]*[0-9*]*(\.[0-9*]*)?[hljzt]*[A-Za-z%]/) ||
		    match(rest, /^\{[a-z_]+\}/) || match(rest, /^\\./)) {
			out = out substr(rest, 1, RLENGTH)
			rest = substr(rest, RLENGTH + 1)
			continue
		}
		c = substr(rest, 1, 1)
		rest = substr(rest, 2)
		out = out (c in accent ? accent[c] : c)
		letters++
	}
	more = int(letters * 0.3)
	for (i = 0; i + 1 < more; i += 2)
		out = out wide[i / 2 % 6]
	if (more % 2)
		out = out "~"
	return head "[" out "]" tail
}

function flush(    i) {
	if (id == "")
		return
	print "msgid \"" id "\""
	if (plural != "") {
		print "msgid_plural \"" plural "\""
		print "msgstr[0] \"" spoil(id) "\""
		print "msgstr[1] \"" spoil(plural) "\""
	} else
		print "msgstr \"" spoil(id) "\""
	print ""
	id = plural = ""
}

function quoted(line) {
	sub(/^[^"]*"/, "", line)
	sub(/"[ \t]*$/, "", line)
	return line
}

BEGIN {
	n = split("a=á b=ƀ c=ç d=đ e=é f=ƒ g=ĝ h=ĥ i=í j=ĵ k=ķ l=ł m=ɱ n=ñ o=ö p=þ q=ɋ r=ř s=š t=ŧ " \
		"u=ü v=ṽ w=ŵ x=ẋ y=ý z=ž A=Å B=Ɓ C=Ç D=Đ E=É F=Ƒ G=Ĝ H=Ĥ I=Î J=Ĵ K=Ķ L=Ł M=Ṁ N=Ñ " \
		"O=Ø P=Þ Q=Ɋ R=Ř S=Š T=Ŧ U=Ü V=Ṽ W=Ŵ X=Ẋ Y=Ý Z=Ž", pair, " ")
	for (i = 1; i <= n; i++)
		accent[substr(pair[i], 1, 1)] = substr(pair[i], 3)
	split("漢 字 仮 名 長 文", wide_words, " ")
	for (i = 0; i < 6; i++)
		wide[i] = wide_words[i + 1]
	print "msgid \"\""
	print "msgstr \"\""
	print "\"Project-Id-Version: rowan\\n\""
	print "\"PO-Revision-Date: 2026-01-01 00:00+0000\\n\""
	print "\"Last-Translator: none\\n\""
	print "\"Language-Team: none\\n\""
	print "\"Language: en_XA\\n\""
	print "\"MIME-Version: 1.0\\n\""
	print "\"Content-Type: text/plain; charset=UTF-8\\n\""
	print "\"Content-Transfer-Encoding: 8bit\\n\""
	print "\"Plural-Forms: nplurals=2; plural=(n != 1);\\n\""
	print ""
}

/^#, / {
	flush()
	gsub(/, fuzzy/, "")
	if ($0 != "#")
		print
	next
}
/^msgid_plural / { plural = quoted($0); into = "plural"; next }
/^msgid / { flush(); id = quoted($0); into = "id"; next }
/^msgstr/ { into = ""; next }
/^"/ && into == "id" { id = id quoted($0) }
/^"/ && into == "plural" { plural = plural quoted($0) }
END { flush() }
' "$1"
