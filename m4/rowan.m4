# How configure looks for the packages of Rowan and names those that are missing.

# ROWAN_MISSING(NAME, DEBIAN, FEDORA, ARCH, HOMEBREW)
AC_DEFUN([ROWAN_MISSING],
[missing="$missing
  $1: install $2 (Debian, Ubuntu), $3 (Fedora), $4 (Arch) or $5 (Homebrew)"])

# ROWAN_LIBRARY(VARIABLE, LIBRARY, FUNCTION, HEADER)
# For a package without a pkg-config file: sets VARIABLE_LIBS and found.
AC_DEFUN([ROWAN_LIBRARY],
[AC_CHECK_HEADER([$4], [AC_CHECK_LIB([$2], [$3], [$1_LIBS=-l$2 found=yes])])])

# ROWAN_PACKAGE(VARIABLE, MODULE [>= VERSION], DEBIAN, FEDORA, ARCH, HOMEBREW, [OTHERWISE])
# Sets VARIABLE_CFLAGS and VARIABLE_LIBS, or adds a line to $missing. OTHERWISE
# may still find the package and then sets found=yes.
AC_DEFUN([ROWAN_PACKAGE],
[PKG_CHECK_MODULES([$1], [$2], [found=yes], [found=no
$7])
AS_IF([test "$found" = no], [ROWAN_MISSING([$2], [$3], [$4], [$5], [$6])])])
