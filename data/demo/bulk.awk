# awk -f bulk.awk -v count=N -v dir=MAILDIR/cur
# Writes N short messages of a mailing list, in conversations, twenty a day, and
# prints a line for each day: when its messages arrived, then their names. The
# same every time.

function random(n) {
	seed = (seed * 1105 + 12345) % 65536
	return int(seed / 65536 * n)
}

function pick(words,    list) {
	return list[1 + random(split(words, list, ","))]
}

function leap(y) {
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)
}

# next_day: one day on in year, month, day
function next_day() {
	if (++day > substr("312831303130313130313031", month * 2 - 1, 2) + (month == 2 && leap(year))) {
		day = 1
		if (++month > 12) {
			month = 1
			year++
		}
	}
	weekday = (weekday + 1) % 7
}

function write(i,    name, id, author, subject, parent, hour, minute, k, lines) {
	hour = int((i % 20) * 24 / 20)
	minute = random(60)
	author = pick(people)
	id = "long" i "@lists.example.net"
	parent = i > 5 && random(3) ? i - 1 - random(i < 40 ? 4 : 30) : 0
	if (parent) {
		subject = topic[parent]
		refs[i] = (refs[parent] ? refs[parent] " " : "") "<long" parent "@lists.example.net>"
		if (length(refs[i]) > 600)
			refs[i] = substr(refs[i], index(substr(refs[i], 200), "<") + 199)
	} else
		subject = pick(verbs) " the " pick(things) " " pick(places)
	topic[i] = subject
	name = 1700000000 + i ".long:2," (i <= count - 25 ? (i % 97 == 0 ? "FS" : "S") : "")
	out = dir "/" name
	printf "Date: %s, %d %s %d %02d:%02d:00 +0000\n", substr("SunMonTueWedThuFriSat", weekday * 3 + 1, 3), \
		day, substr("JanFebMarAprMayJunJulAugSepOctNovDec", month * 3 - 2, 3), year, hour, minute > out
	printf "From: %s <%s@example.net>\nTo: hedge-talk@lists.example.net\nSubject: %s%s\n", \
		author, tolower(substr(author, 1, index(author, " ") - 1)), parent ? "Re: " : "", subject > out
	printf "Message-ID: <%s>\n", id > out
	if (parent)
		printf "In-Reply-To: <long%d@lists.example.net>\nReferences: %s\n", parent, refs[i] > out
	printf "List-Id: Hedge talk <hedge-talk.lists.example.net>\n\n" > out
	if (parent)
		printf "> %s the %s?\n\n", pick(verbs), pick(things) > out
	lines = 1 + random(6)
	for (k = 0; k < lines; k++)
		printf "%s the %s %s before you %s the %s.\n", pick(verbs), pick(things), pick(places), \
			tolower(pick(verbs)), pick(things) > out
	printf "\n%s\n", author > out
	close(out)
	return name
}

BEGIN {
	seed = 4711
	year = 2026
	month = 7
	day = 20
	weekday = 1
	people = "Ada Palmer,Grace Okafor,Lin Wei,Tomas Herrera,Mirela Pop,Jonas Berg,Aiko Mori,Peter Stone,Nadia Rahal,Olu Ade"
	verbs = "Water,Prune,Move,Feed,Paint,Count,Photograph,Mulch,Trim,Ignore,Measure,Protect"
	things = "rowan,hedge,blackthorn,compost,bench,gate,wall,thrush,hedgehog,spade,pear,path,pond,glove,key"
	places = "by the shed,in the north bed,before the frost,behind the pots,at the gate,under the leaves,next week,after the rain"
	for (i = 1; i <= count; i++) {
		if ((i - 1) % 20 == 0) {
			if (i > 1) {
				print ""
				next_day()
			}
			printf "%04d-%02d-%02dT23:30:00Z", year, month, day
		}
		printf " %s", write(i)
	}
	print ""
}
