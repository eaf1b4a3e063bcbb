# SPDX-License-Identifier: Apache-2.0
# Turns kernel/abi.def into one C header. Usage: awk -v profile=NAME -v features="a b" -f genabi.awk abi.def
# The header has only #defines (so assembly can include it) and, for C, the boot structures.

BEGIN {
    count = split(features, list, " ")
    for (i = 1; i <= count; i++) { have[list[i]] = 1 }
    print "/* SPDX-License-Identifier: Apache-2.0 */"
    print "/* Generated from kernel/abi.def for profile " profile ". Do not edit. */"
    print "#ifndef FM_ABI_PROFILE_NAME"
    print "#define FM_ABI_PROFILE_NAME \"" profile "\""
}

function fail(why) {
    print FILENAME ":" FNR ": " why ": " $0 > "/dev/stderr"
    bad = 1
    exit 1
}

# Sets words[1..n] and text; returns 0 when a condition of the line does not hold.
function parse(   at, i, w, holds) {
    at = index($0, ";")
    text = at ? substr($0, at + 1) : ""
    n = split(at ? substr($0, 1, at - 1) : $0, raw, " ")
    nwords = 0
    holds = 1
    for (i = 1; i <= n; i++) {
        w = raw[i]
        if (substr(w, 1, 2) == "@!") { if (substr(w, 3) in have) { holds = 0 } }
        else if (substr(w, 1, 1) == "@") { if (!(substr(w, 2) in have)) { holds = 0 } }
        else { words[++nwords] = w }
    }
    return holds
}

function define(name, value) {
    if (name in seen) { fail("defined twice: " name) }
    seen[name] = 1
    if (value ~ /^-/) { value = "(" value ")" }
    print "#define FM_" name " " value (text != "" ? " /*" text " */" : "")
}

# The names of the error labels and of the invocations as words, for debug builds.
function name(seq, word) {
    if (seq == "KERR" || seq == "LABEL") { names[seq] = names[seq] " \\\n    [" number "] = \"" word "\"," }
}

/^[ \t]*#/ || /^[ \t]*$/ { next }
$1 == "text" { sub(/^text /, ""); print ""; print "/* " $0 " */"; next }
{ if (!parse()) { next } }
$1 == "const" { if (nwords != 3) { fail("const wants a name and a value") } define(words[2], words[3]); next }
$1 == "seq" { prefix = words[2]; number = words[3] + 0; next }
$1 == "next" { define(prefix "_" words[2], number); name(prefix, words[2]); number++; next }
$1 == "count" { define(prefix "_" words[2], number); next }
$1 == "struct" {
    sname = words[2]
    print "#ifndef __ASSEMBLER__"
    if (!included) { print "#include <stdint.h>"; included = 1 }
    print "struct fm_" sname " {"
    next
}
$1 == "field" {
    type = words[2]
    if (type ~ /^struct:/) { type = "struct fm_" substr(type, 8) }
    print "    " type " " words[3] (nwords > 3 ? "[" words[4] "]" : "") ";"
    next
}
$1 == "end" { print "};"; print "#endif"; next }
{ fail("unknown line") }
END { for (seq in names) { print "#define FM_" seq "_NAMES {" names[seq] " \\\n}" } }
END { if (!bad) { print ""; print "#endif" } }
