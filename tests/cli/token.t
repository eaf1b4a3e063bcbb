#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every command of `dregg token` once, its answers as JSON, its exit statuses by category, and what it says to bad input.
. tests/node/lib.sh
t() { dregg token "$@"; }
good_json() { python3 -c 'import json, sys; [json.loads(l) for l in sys.stdin if l.strip()]' <<<"$last"; }
# makes ID FILE …: runs a command that writes a token, keeps it in FILE.
makes() {
    local name=$1 file=$2
    shift 2
    last=$(t "$@" --out "$file")
    ok $? "$name"
}
status_of() { t "$@" > /dev/null; echo $?; }
w=$work

# keys
does "TOK0001 keypair" 0 token keypair root
[ "$(value public | cut -c1-8)" = ed25519/ ]; ok $? "TOK0002 its public key"
public=$(value public)
[ "$(stat -c %a "$DREGG_HOME/keys/root")" = 600 ]; ok $? "TOK0003 kept with mode 0600"
does "TOK0004 keypair, secp256r1" 0 token keypair pkey --algorithm secp256r1
[ "$(value public | cut -c1-10)" = secp256r1/ ]; ok $? "TOK0005 its public key"
refuses "TOK0006 keypair twice:" KEY_EXISTS token keypair root
refuses "TOK0007 another algorithm:" USAGE token keypair x --algorithm rsa
does "TOK0008 dregg key reads an Ed25519 key of dregg token" 0 key show root
dregg key new gate > /dev/null
does "TOK0009 and the other way round" 0 token public gate
gate=$(value public)
refuses "TOK0010 no such key:" NO_KEY_FILE token public nobody
cp "$DREGG_HOME/keys/root" "$w/open"; chmod 644 "$w/open"
refuses "TOK0011 a key that others can read:" KEY_OPEN token public "$w/open"
echo nonsense > "$w/junk"; chmod 600 "$w/junk"
refuses "TOK0012 a key file without a key:" FILE_IO token public "$w/junk"
refuses "TOK0013 a small-order public key:" TOKEN_KEY token public "$(printf '01%062d' 0)"
[ "$(grep -c "$(cut -c1-64 "$DREGG_HOME/keys/root")" <<<"$(t public root)")" = 0 ]; ok $? "TOK0014 the secret is not shown"

# mint
makes "TOK0020 mint grants" "$w/a" mint --key root --right cell/ab=read,send --under org/4/=read,write --subject ann --root-key-id 7
good_json; ok $? "TOK0021 its JSON is well-formed"
[ "$(stat -c %a "$w/a")" = 600 ]; ok $? "TOK0022 the token's file has mode 0600"
does "TOK0023 inspect" 0 token inspect "$w/a"
good_json; ok $? "TOK0024 its JSON is well-formed"
[ "$(value "root key id")" = 7 ] && grep -q 'right_under(\\"org/4/\\", \\"write\\")' <<<"$last"; ok $? "TOK0025 it says what was granted"
[ "$(value verified)" = false ]; ok $? "TOK0026 and that nothing was verified"
does "TOK0027 inspect with a root" 0 token inspect "$w/a" --root "$public"
[ "$(value verified)" = true ]; ok $? "TOK0028 verified"
makes "TOK0029 mint a right on everything" "$w/any" mint --key root --any read --until 2030-01-01
makes "TOK0030 mint a program" "$w/prog" mint --key root --datalog 'right("file/1", "read"); owner("ann", "file/1")'
makes "TOK0031 mint a program from a pipe" "$w/pipe" mint --key root --code - < <(printf 'right("x", "read");\n')
makes "TOK0032 mint with secp256r1" "$w/p256" mint --key pkey --right cell/ab=read
does "TOK0033 it verifies" 0 token verify "$w/p256" --root pkey --action read --resource cell/ab
last=$(t mint --key root --right a=read --raw --out "$w/raw"); does "TOK0034 a binary token is read too" 0 token verify "$w/raw" --root root
[ "$(head -c1 "$w/raw" | xxd -p)" = 12 ]; ok $? "TOK0035 --raw is binary"
"$bin/dregg" token mint --key root --right a=read | "$bin/dregg" token narrow --actions read | "$bin/dregg" token seal |
    "$bin/dregg" token verify --root root > /dev/null; ok $? "TOK0036 a pipe of four"
(printf 'biscuit:'; tr -d '=\n' < "$w/a"; echo) > "$w/bare"
does "TOK0037 biscuit: before it and no padding behind it" 0 token verify "$w/bare" --root root
refuses "TOK0040 mint without a key:" USAGE token mint --any read
refuses "TOK0041 mint nothing:" TOKEN_EMPTY token mint --key root
refuses "TOK0042 no such right:" TOKEN_ACTION token mint --key root --right a=fly
refuses "TOK0043 a prefix without a slash:" TOKEN_PREFIX token mint --key root --under org/4=read
refuses "TOK0044 a grant without actions:" USAGE token mint --key root --right cell
refuses "TOK0045 grants and a program:" USAGE token mint --key root --right a=read --datalog 'a(1)'
refuses "TOK0046 a narrowing beside a program:" USAGE token mint --key root --until 30d --datalog 'a(1)'
refuses "TOK0047 two programs:" USAGE token mint --key root --code "$w/junk" --datalog 'a(1)'
refuses "TOK0048 bytes that are no text:" TOKEN_UTF8 token mint --key root --right $'a\xff=read'
printf 'right("a", "b");\ncheck if resource($r), $r.foo();\n' > "$w/bad"
refuses "TOK0049 a syntax error:" TOKEN_SYNTAX token mint --key root --code "$w/bad"
[ "$(value line)" = 2 ] && [ "$(value column)" = 27 ] && [[ "$(value expected)" == a\ method* ]]; ok $? "TOK0050 at line, column, and what was expected"
good_json; ok $? "TOK0051 its JSON is well-formed"
text=$("$bin/dregg" token mint --key root --code "$w/bad" 2>&1 > /dev/null)
grep -q "bad:2:27: expected a method" <<<"$text" && grep -qE '^ {33}\^$' <<<"$text"; ok $? "TOK0052 a caret under it"
refuses "TOK0053 a variable in a fact:" TOKEN_FACT_VARIABLE token mint --key root --datalog 'a($x)'
refuses "TOK0054 an unbound variable in a head:" TOKEN_UNBOUND token mint --key root --datalog 'a($x) <- b($y)'
refuses "TOK0055 a policy in a block:" TOKEN_SYNTAX token mint --key root --datalog 'allow if true'
refuses "TOK0056 text after a statement:" TOKEN_SYNTAX token mint --key root --datalog 'a(1) b(2)'
head -c 70000 /dev/zero | tr '\0' ' ' > "$w/long"
refuses "TOK0057 a program that is too long:" TOKEN_LENGTH token mint --key root --code "$w/long"
[ "$(status_of mint --key root --code "$w/long")" = 13 ]; ok $? "TOK0058 that is a limit: 13"
refuses "TOK0059 a key number that is none:" USAGE token mint --key root --any read --root-key-id 5000000000
refuses "TOK0063 a signature version that is none:" USAGE token mint --key root --any read --signature-version 2
makes "TOK0064 signature version 1 on request" "$w/linked" mint --key root --any read --signature-version 1
last=$(t narrow "$w/linked" --actions read --out "$w/linked2"); does "TOK0065 it holds" 0 token inspect "$w/linked2" --root root
[ "$(grep -o '"signature": *1' <<<"$last" | wc -l)" = 2 ]; ok $? "TOK0066 and goes on into the next block"
does "TOK0067 otherwise" 0 token inspect "$w/a"
[ "$(grep -o '"signature": *0' <<<"$last" | wc -l)" = 1 ]; ok $? "TOK0068 it is the oldest that will do"
refuses "TOK0060 a file that is not there:" FILE_IO token mint --key root --code "$w/none"
[ "$(status_of mint --key root --code "$w/none")" = 15 ]; ok $? "TOK0061 that is input and output: 15"
refuses "TOK0062 a place that cannot be written:" FILE_IO token mint --key root --any read --out "$w/none/x"

# attenuate, narrow
makes "TOK0070 attenuate" "$w/att" attenuate "$w/a" --datalog 'check if operation("read")'
makes "TOK0071 attenuate from a file" "$w/att2" attenuate "$w/a" --code <(echo 'check if operation("read");')
refuses "TOK0072 attenuate by nothing:" USAGE token attenuate "$w/a"
refuses "TOK0073 a syntax error:" TOKEN_SYNTAX token attenuate "$w/a" --datalog 'check if'
refuses "TOK0074 both from standard input:" USAGE token attenuate --code -
makes "TOK0075 narrow" "$w/n" narrow "$w/a" --prefix org/4/x/ --id cell/ab --actions read --until 2030-01-02T03:04:05Z
last=$(t inspect "$w/n"); grep -q 'check if time($t), $t <= 2030-01-02T03:04:05Z' <<<"$last"; ok $? "TOK0076 the narrowing as Datalog"
grep -q '{\\"cell/ab\\"}.contains($r) or resource($r), $r.starts_with(\\"org/4/x/\\")' <<<"$last"; ok $? "TOK0077 ids or prefixes"
makes "TOK0078 narrow numbers" "$w/num" narrow "$w/a" --max-amount 10 --fields 8..12 --methods 1,3
refuses "TOK0080 narrow by nothing:" TOKEN_EMPTY token narrow "$w/a"
refuses "TOK0081 a prefix without a slash:" TOKEN_PREFIX token narrow "$w/a" --prefix org
refuses "TOK0082 no such action:" TOKEN_ACTION token narrow "$w/a" --actions read,
refuses "TOK0083 no time:" USAGE token narrow "$w/a" --until tomorrow
refuses "TOK0084 fields that are none:" USAGE token narrow "$w/a" --fields 12..8
refuses "TOK0085 methods that are none:" USAGE token narrow "$w/a" --methods 16
refuses "TOK0086 an amount that is none:" USAGE token narrow "$w/a" --max-amount -1
refuses "TOK0087 no option of this name:" USAGE token narrow "$w/a" --secret x

# verify, explain
ask() { t verify "$1" --root root --action "$2" --resource "$3" "${@:4}"; }
decides() { # ID STATUS TOKEN ACTION RESOURCE …
    local name=$1 want=$2
    shift 2
    last=$(ask "$@")
    [ $? -eq "$want" ] && good_json
    ok $? "$name"
}
decides "TOK0100 an exact right" 0 "$w/a" send cell/ab
[ "$(value allowed)" = true ] && [ "$(value policy)" = 0 ]; ok $? "TOK0101 by policy 0"
decides "TOK0102 a right under a prefix" 0 "$w/a" write org/4/x/1
decides "TOK0103 another right" 11 "$w/a" mint cell/ab
[ "$(value error)" = TOKEN_NO_POLICY ]; ok $? "TOK0104 TOKEN_NO_POLICY"
decides "TOK0105 org/4/ does not cover org/42" 11 "$w/a" read org/42/1
decides "TOK0106 a right on everything" 0 "$w/any" read whatever --time 2029-12-31
decides "TOK0107 until a day: to its end" 0 "$w/any" read whatever --time 2030-01-01T23:59:59Z
decides "TOK0108 expired" 11 "$w/any" read whatever --time 2030-01-02T00:00:00Z
[ "$(value error)" = TOKEN_DENIED ] && grep -q '"check":0' <<<"$last"; ok $? "TOK0109 by that check"
decides "TOK0110 narrowed, inside" 0 "$w/n" read org/4/x/1
decides "TOK0111 narrowed, the id" 0 "$w/n" read cell/ab
decides "TOK0112 narrowed, outside" 11 "$w/n" read org/4/y/1
decides "TOK0113 narrowed, another action" 11 "$w/n" send cell/ab
decides "TOK0114 an amount within" 0 "$w/num" send cell/ab --amount 10
decides "TOK0115 an amount beyond" 11 "$w/num" send cell/ab --amount 11
decides "TOK0116 a field within" 0 "$w/num" write org/4/1 --field 11
decides "TOK0117 a field beyond" 11 "$w/num" write org/4/1 --field 12
decides "TOK0118 a method within" 0 "$w/num" read cell/ab --method 3
decides "TOK0119 a method beyond" 11 "$w/num" read cell/ab --method 2
does "TOK0120 attributes and roles" 0 token verify "$w/a" --root root --action read --resource r --attr team=ops --role app \
    --relation s.t --database d --datalog 'allow if attr("team", "ops"), role("app"), relation("s.t"), database("d")'
does "TOK0121 a program alone" 0 token verify "$w/prog" --root root --datalog 'allow if owner("ann", $f)'
refuses "TOK0122 a deny policy:" TOKEN_DENIED token verify "$w/prog" --root root --datalog 'deny if owner("ann", $f); allow if true'
[ "$(value kind)" = deny ]; ok $? "TOK0123 it says so"
refuses "TOK0124 an error in a program:" TOKEN_SYNTAX token verify "$w/prog" --root root --datalog 'allow'
refuses "TOK0125 an error while deciding:" EXPR_TYPE token verify "$w/prog" --root root --datalog 'allow if 1 + "a" == 2'
refuses "TOK0126 no root:" USAGE token verify "$w/a"
refuses "TOK0127 another root:" TOKEN_SIGNATURE token verify "$w/a" --root gate
[ "$(status_of verify "$w/a" --root gate)" = 11 ]; ok $? "TOK0128 that is a refusal: 11"
refuses "TOK0129 a root of the other algorithm:" TOKEN_SIGNATURE token verify "$w/a" --root pkey
refuses "TOK0130 no root at all:" TOKEN_KEY token verify "$w/a" --root ed25519/00
refuses "TOK0131 no such action:" TOKEN_ACTION token verify "$w/a" --root root --action fly
refuses "TOK0132 an attribute without a value:" USAGE token verify "$w/a" --root root --attr team
echo 'not a token!' > "$w/text"
refuses "TOK0133 text that is no token:" TOKEN_BASE64 token verify "$w/text" --root root
[ "$(status_of verify "$w/text" --root root)" = 12 ]; ok $? "TOK0134 that is malformed: 12"
head -c 90 "$w/raw" > "$w/cut"
refuses "TOK0135 a token that was cut:" TOKEN_TRUNCATED token verify "$w/cut" --root root
(cat "$w/raw"; printf '\x0f') > "$w/more"
refuses "TOK0136 a token with bytes behind it:" TOKEN_WIRE token verify "$w/more" --root root
head -c 20000 /dev/zero > "$w/huge"
refuses "TOK0137 a token that is too long:" TOKEN_LENGTH token verify "$w/huge" --root root
: > "$w/empty"
refuses "TOK0138 no token at all:" TOKEN_BASE64 token verify "$w/empty" --root root
does "TOK0140 explain" 11 token explain "$w/n" --root root --action read --resource org/4/y/1
good_json; ok $? "TOK0141 its JSON is well-formed"
grep -q '"number":1,"index":0,"holds":false,"text":"check if resource' <<<"$last" && grep -q '$r = \\"org/4/y/1\\"' <<<"$last"; ok $? "TOK0142 which check, in which block, with the values"
grep -q '"matches":true' <<<"$last"; ok $? "TOK0143 and the policy that matched"
text=$("$bin/dregg" token explain "$w/n" --root root --action read --resource org/4/y/1 2>/dev/null)
grep -q '^FAIL  block 1, check 0$' <<<"$text" && grep -q '^match authorizer, policy 1$' <<<"$text"; ok $? "TOK0144 explain as text"
does "TOK0145 explain what is allowed" 0 token explain "$w/a" --root root --action read --resource cell/ab
refuses "TOK0146 explain nothing:" USAGE token explain "$w/a" --root root

# revocation
does "TOK0150 revocation-ids" 0 token revocation-ids "$w/n"
good_json; ok $? "TOK0151 its JSON is well-formed"
"$bin/dregg" token revocation-ids "$w/n" > "$w/ids"; [ "$(wc -l < "$w/ids")" = 2 ] && [ "$(head -1 "$w/ids" | wc -c)" = 129 ]; ok $? "TOK0152 one of 64 bytes a block"
tail -1 "$w/ids" > "$w/revoked"
refuses "TOK0153 a revoked block:" TOKEN_REVOKED token verify "$w/n" --root root --revoked "$w/revoked"
(echo "# a comment"; tr a-f A-F < "$w/revoked"; echo) > "$w/upper"
refuses "TOK0157 in capital letters:" TOKEN_REVOKED token verify "$w/n" --root root --revoked "$w/upper"
cut -c1-99 "$w/revoked" > "$w/short"
refuses "TOK0158 a list that is none:" USAGE token verify "$w/n" --root root --revoked "$w/short"
refuses "TOK0159 a list that is not there:" FILE_IO token verify "$w/n" --root root --revoked "$w/none"
does "TOK0154 its parent is not" 0 token verify "$w/a" --root root --revoked "$w/revoked"
makes "TOK0155 a child of the revoked" "$w/child" narrow "$w/n" --actions read
refuses "TOK0156 is:" TOKEN_REVOKED token verify "$w/child" --root root --revoked "$w/revoked"

# seal
makes "TOK0160 seal" "$w/sealed" seal "$w/n"
does "TOK0161 it verifies" 0 token verify "$w/sealed" --root root
[ "$(value sealed)" = true ]; ok $? "TOK0162 and says that it is sealed"
refuses "TOK0163 narrow it:" TOKEN_SEALED token narrow "$w/sealed" --actions read
[ "$(status_of narrow "$w/sealed" --actions read)" = 14 ]; ok $? "TOK0164 that is the wrong moment: 14"
refuses "TOK0165 seal it again:" TOKEN_SEALED token seal "$w/sealed"
refuses "TOK0166 ask a third party about it:" TOKEN_SEALED token third-party request "$w/sealed"

# third parties
makes "TOK0170 a token that needs an approval" "$w/need" attenuate "$w/a" --datalog "check if approved(true) trusting $gate"
decides "TOK0171 not without it" 11 "$w/need" read cell/ab
makes "TOK0172 third-party request" "$w/request" third-party request "$w/need"
makes "TOK0173 third-party sign" "$w/block" third-party sign "$w/request" --key gate --datalog 'approved(true)'
makes "TOK0174 third-party append" "$w/approved" third-party append "$w/need" "$w/block"
decides "TOK0175 with it" 0 "$w/approved" read cell/ab
last=$(t inspect "$w/approved"); [ "$(value "signed by")" = "$gate" ]; ok $? "TOK0176 inspect says who signed"
"$bin/dregg" token third-party request "$w/need" | "$bin/dregg" token third-party sign --key gate --datalog 'approved(true)' | "$bin/dregg" token third-party append "$w/need" - |
    "$bin/dregg" token verify --root root > /dev/null; ok $? "TOK0177 as a pipe"
makes "TOK0178 signed by somebody else" "$w/block2" third-party sign "$w/request" --key root --datalog 'approved(true)'
makes "TOK0179 it can be appended" "$w/other" third-party append "$w/need" "$w/block2"
decides "TOK0180 and does not help" 11 "$w/other" read cell/ab
refuses "TOK0181 a block for another token:" TOKEN_SIGNATURE token third-party append "$w/n" "$w/block"
refuses "TOK0182 no key:" USAGE token third-party sign "$w/request" --datalog 'a(1)'
refuses "TOK0183 no program:" USAGE token third-party sign "$w/request" --key gate
refuses "TOK0184 a syntax error:" TOKEN_SYNTAX token third-party sign "$w/request" --key gate --datalog 'a('
refuses "TOK0185 append without a block:" USAGE token third-party append "$w/need"
refuses "TOK0186 no such step:" USAGE token third-party dance
printf '\x0a\x02ab' > "$w/legacy"
refuses "TOK0187 a request of the old form:" TOKEN_LEGACY_REQUEST token third-party sign "$w/legacy" --key gate --datalog 'a(1)'

# limits of a grant
does "TOK0190 limits" 0 token limits "$w/n" --root root --resource cell/ab
[ "$(value rights)" = read ] && [ "$(value expiry)" = 1893553445 ]; ok $? "TOK0191 rights and expiry"
does "TOK0192 limits, all axes" 0 token limits "$w/num" --root root --resource cell/ab --group 3 --allowance 100 --badge 9
[ "$(value rights)" = read,send ] && [ "$(value f_lo)" = 8 ] && [ "$(value f_hi)" = 12 ] && [ "$(value max_amount)" = 10 ] && [ "$(value methods)" = 10 ] && [ "$(value group)" = 3 ] &&
    [ "$(value allowance)" = 100 ] && [ "$(value badge)" = 9 ]; ok $? "TOK0193 each as narrowed or as asked"
refuses "TOK0194 nothing is allowed there:" TOKEN_DENIED token limits "$w/n" --root root --resource cell/ac
makes "TOK0195 a check on time of another form" "$w/odd" attenuate "$w/a" --datalog 'check if time($t), $t < 2030-01-01T00:00:00Z or operation("read")'
refuses "TOK0196 no limits can say that:" TOKEN_NO_LIMITS token limits "$w/odd" --root root --resource cell/ab
refuses "TOK0197 on what?" USAGE token limits "$w/a" --root root

# help, completion, manual
"$bin/dregg" token --help | grep -q 'dregg token narrow'; ok $? "TOK0200 help of the group"
"$bin/dregg" token narrow --help | grep -q -- '--prefix TEXT'; ok $? "TOK0201 help of a command"
"$bin/dregg" token > /dev/null; [ $? -eq 2 ]; ok $? "TOK0202 no command is a usage error: 2"
got=$(bash -c "source <('$bin/dregg' completion); COMP_WORDS=(dregg token narrow --pre); COMP_CWORD=3; _dregg; echo \${COMPREPLY[*]}")
[ "$got" = --prefix ]; ok $? "TOK0203 completion of an option"
for c in keypair public mint inspect attenuate narrow seal verify explain limits revocation-ids third-party; do
    grep -q "^\.B dregg token ${c//-/\\\\-}" docs/man/dregg-token.1; ok $? "TOK0204 the manual has $c"
done
mkdir "$w/guide"
wrong=$(cd "$w/guide" && PATH=$bin:$PATH && export DREGG_HOME=$w/guide/home && grep '^    \$ ' "$root/docs/guide/tokens.md" | while IFS= read -r line; do
    line=${line#    \$ }; want=0
    [[ $line =~ ^(.*[^\ ])\ +#\ ([0-9]+)$ ]] && { line=${BASH_REMATCH[1]}; want=${BASH_REMATCH[2]}; }
    bash -c "$line" > /dev/null 2>&1 < /dev/null; got=$?
    [ "$got" = "$want" ] || echo "$got, not $want: $line"
done)
[ -z "$wrong" ] && [ -s "$w/guide/agreed.token" ] && [ -s "$w/guide/bounded.token" ]; ok $? "TOK0206 the guide's commands do what it says $wrong"
printf 'a("\x1b[31mred")' > "$w/esc"
t mint --key root --code "$w/esc" --out "$w/red" > /dev/null
! "$bin/dregg" token inspect "$w/red" | grep -q $'\x1b'; ok $? "TOK0205 a token cannot steer the terminal"
plan
