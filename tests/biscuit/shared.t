#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libbiscuit as another program finds it: installed somewhere, found by pkg-config, used from outside this tree.
set -uo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0
ok() {
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || { failed=$((failed + 1)); echo "not ok $count - $2"; }
}
tools/install/biscuit build/host/biscuit "$work/" usr; ok $? "BLB0001 install"
sed -i "s|^prefix=.*|prefix=$work/usr|" "$work/usr/lib/pkgconfig/libbiscuit.pc"
export PKG_CONFIG_PATH=$work/usr/lib/pkgconfig
cat > "$work/user.c" <<'END'
#include <firmament/biscuit.h>
#include <firmament/biscuit_decide.h>
#include <firmament/biscuit_profile.h>
#include <stdio.h>
#include <string.h>
static uint8_t memory[1 << 20], bytes[4096];
int main(void)
{
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_secret root = {FM_BISCUIT_SECP256R1, {1}}, next = {FM_BISCUIT_ED25519, {2}};
    struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_question question = {.action = FM_RIGHT_READ, .time = 1790000000};
    struct fm_biscuit_decision decision;
    struct fm_biscuit_key key;
    struct fm_biscuit token;
    const char *code = "right_under(\"org/4/\", \"read\");";
    size_t n;
    if (fm_biscuit_key_of_secret(root.algorithm, root.bytes, &fm_biscuit_p256_openssl, &key) != FM_OK ||
        fm_biscuit_mint(&root, &next, NULL, code, strlen(code), &fm_biscuit_p256_openssl, &arena, bytes, sizeof bytes, &n, NULL) ||
        fm_biscuit_parse(&token, bytes, n, NULL) || fm_biscuit_verify(&token, &key, &fm_biscuit_p256_openssl, &arena, NULL)) {
        return 1;
    }
    struct fm_biscuit_world *world = fm_biscuit_world_new(&arena, &limits);
    if (fm_biscuit_world_token(world, &token, NULL) || fm_biscuit_ask(world, &question) ||
        fm_biscuit_world_code(world, fm_biscuit_policies, strlen(fm_biscuit_policies), NULL) ||
        fm_biscuit_compile(world, false, &decision)) {
        return 2;
    }
    printf("%d %d %s\n", fm_biscuit_row(&decision, "org/4/a", 7), fm_biscuit_row(&decision, "org/42", 6), fm_err_name(FM_E_TOKEN_DENIED));
    return 0;
}
END
flags=$(pkg-config --cflags --libs libbiscuit); ok $? "BLB0002 pkg-config"
# shellcheck disable=SC2086
cc -std=c11 -Wall -Wextra -Werror -o "$work/shared" "$work/user.c" $flags; ok $? "BLB0003 a program compiles against the shared library"
[ "$(LD_LIBRARY_PATH=$work/usr/lib "$work/shared")" = "1 0 TOKEN_DENIED" ]; ok $? "BLB0004 it runs"
# shellcheck disable=SC2046
cc -std=c11 -o "$work/static" "$work/user.c" -I"$work/usr/include" "$work/usr/lib/libbiscuit.a" -lsodium -lcrypto; ok $? "BLB0005 and against the static one"
[ "$("$work/static")" = "1 0 TOKEN_DENIED" ]; ok $? "BLB0006 it runs"
sed -e 's|<firmament/biscuit.h>|<firmament/biscuit.hpp>|' -e '/biscuit_decide.h\|biscuit_profile.h/d' "$work/user.c" > "$work/user.cc"
# designated and short initialisers are C's
sed -i -e 's|{\.action = FM_RIGHT_READ, .time = 1790000000}|fm_biscuit_question(); question.action = FM_RIGHT_READ; question.time = 1790000000|' "$work/user.cc"
for cxx in g++ clang++; do
    # shellcheck disable=SC2086
    $cxx -std=c++17 -Wall -Wextra -Werror -Wno-missing-field-initializers -o "$work/cxx" "$work/user.cc" $flags &&
        [ "$(LD_LIBRARY_PATH=$work/usr/lib "$work/cxx")" = "1 0 TOKEN_DENIED" ]; ok $? "BLB0007 $cxx: the same program in C++ compiles, links and runs"
done
shown() { nm -D --defined-only "$work/usr/lib/libbiscuit.so" | awk '{print $3}' | sed 's/@.*//' | sort -u; }
others=$(shown | grep -vE '^(fm_biscuit_|fm_err_|LIBBISCUIT_0)'); [ -z "$others" ]; ok $? "BLB0008 it exports nothing else $others"
needed=$(readelf -d "$work/usr/lib/libbiscuit.so" | sed -nE 's/.*NEEDED.*\[(.*)\]/\1/p' |
    grep -vE '^(libc|libsodium|libcrypto)\.so')
[ -z "$needed" ]; ok $? "BLB0009 it needs libc, libsodium and libcrypto alone $needed"
declared=$(grep -ohE '\bfm_biscuit_[a-z0-9_]+\(' include/firmament/biscuit*.h | tr -d '(' | sort -u)
missing=$(comm -23 <(echo "$declared") <(shown)); [ -z "$missing" ]; ok $? "BLB0010 every declared function is there $missing"
echo "1..$count"
[ $failed -eq 0 ]
