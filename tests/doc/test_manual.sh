#!/bin/sh
# The manuals name every setting, key command, screen, role of colour, command and option there is,
# and no setting that is not.

cd "${TEST_SRCDIR:-$(dirname "$0")/../..}" || exit 1
bad=0
checked=0

# has MANUAL WHAT PATTERN: a line of the manual is matched
has() {
	checked=$((checked + 1))
	grep -qE -- "$3" "$1" && return
	echo "$1 lacks the $2"
	bad=1
}

# "SECTION NAME" of every row of the table
settings=$(sed -n 's/^\t{"\([a-z]*\)", "\([a-z0-9-]*\)", OPTION_.*/\1 \2/p' src/settings/options.c)
for section in rowan account identity; do
	part=$(mktemp) || exit 99
	sed -n "/^\.Ss Sections* $section\$/,/^\.Ss Sections* [^$(echo $section | cut -c1)]/p" \
		doc/rowan.conf.5 >"$part"
	for name in $(echo "$settings" | sed -n "s/^$section //p"); do
		grep -q "^\.It Cm $name = " "$part" || {
			echo "doc/rowan.conf.5 lacks the setting $name of [$section]"
			bad=1
		}
		checked=$((checked + 1))
	done
	for name in $(sed -n 's/^\.It Cm \([a-z0-9-]*\) = .*/\1/p' "$part"); do
		echo "$settings" | grep -qx "$section $name" || {
			echo "doc/rowan.conf.5 has a setting $name of [$section] that is not"
			bad=1
		}
	done
	rm -f "$part"
done
for name in $(sed -n 's/^\t\[COMMAND_[A-Z_]*\] = {"\([a-z-]*\)".*/\1/p' ui/keys.c); do
	has doc/rowan.conf.5 "command $name" "^\.It Cm $name\$"
	[ "$name" = none ] || has doc/rowan.conf.5 "keys of $name" "^\.It Cm $name Ta "
done
for name in $(sed -n 's/^\t\[CONTEXT_[A-Z_]*\] = "\([a-z-]*\)".*/\1/p' ui/keys.c); do
	has doc/rowan.conf.5 "screen $name" "^\.Cm $name [,;]\$"
done
for name in $(sed -n 's/^\t\[STYLE_[A-Z_0-9]*\] = {"\([a-z0-9-]*\)".*/\1/p' ui/theme.c); do
	has doc/rowan.conf.5 "role $name" "^\.It Cm $name\$"
done
for name in $(sed -n 's/^\t{"\([a-z]*\)", command_.*/\1/p' src/commands.c); do
	has doc/rowan.1 "command $name" "^\.It Cm $name( |\$)"
done
for name in $(sed -n 's/.*"--\([a-z-]*\)".*/\1/p' src/main.c src/command_*.c | sort -u); do
	has doc/rowan.1 "option --$name" "Fl -$name"
done
for variable in $(grep -rhoE 'getenv\("ROWAN_[A-Z_]*"\)' src ui | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
	case $variable in
	ROWAN_CLOCK | ROWAN_TEST_FD) ;; # for tests alone
	*) has doc/rowan.1 "variable $variable" "^\.It Ev $variable" ;;
	esac
done

if command -v mandoc >/dev/null; then
	for manual in doc/*.[1-8]; do
		mandoc -Tlint -Wwarning "$manual" || bad=1
	done
fi
[ $checked -gt 100 ] || { echo "only $checked things were found to check"; bad=1; }
echo "$checked checked"
exit $bad
