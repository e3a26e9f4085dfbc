# Adds up what the tests wrote: one line a program and one for all. Criterion's
# own closing line is counted; a program without one counts as one test, as its
# .trs file says. A program that ran no test at all has failed.

function result(log_name,    trs, line, verdict) {
	trs = log_name
	sub(/\.log$/, ".trs", trs)
	while ((getline line < trs) > 0)
		if (line ~ /^:test-result:/)
			verdict = substr(line, 15)
	close(trs)
	gsub(/ /, "", verdict)
	return verdict
}

function number(line, word) {
	sub(".*" word ": *", "", line)
	return line + 0
}

BEGIN {
	for (i = 1; i < ARGC; i++) {
		name = ARGV[i]
		sub(/\.log$/, "", name)
		verdict = result(ARGV[i])
		synthesis = ""
		while ((getline line < ARGV[i]) > 0)
			if (line ~ /Synthesis/)
				synthesis = line
		close(ARGV[i])
		if (verdict == "SKIP") {
			skipped++
			continue
		}
		if (synthesis == "") {
			good = verdict == "PASS"
			bad = !good
		} else {
			gsub(/\033\[[0-9;]*m/, "", synthesis)
			sub(/ +$/, "", synthesis)
			print name ": " synthesis
			good = number(synthesis, "Passing")
			bad = number(synthesis, "Tested") - good
			if (good + bad == 0 || (bad == 0 && verdict != "PASS")) {
				print name ": nothing ran, or the program itself failed"
				bad++
			}
		}
		passed += good
		failed += bad
		programs++
	}
	printf "%d programs: %d passed, %d failed", programs, passed, failed
	print skipped ? ", " skipped " skipped" : ""
	exit failed > 0
}
