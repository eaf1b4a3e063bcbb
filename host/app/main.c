/* SPDX-License-Identifier: Apache-2.0 */
/* What starts the app: a key, a node, a router with one transport, and the handle that the app's cell holds in a
 * slot. */
#include "crypto/sign.h"
#include "host/app/link.h"
#include "host/app/phonebook.h"

#include <stdio.h>
#include <stdlib.h>

#define GRIPS 16U

_Noreturn void fm_panic(const char *file, int line, const char *what)
{
    fprintf(stderr, "phonebook: %s:%d: assertion failed: %s\n", file, line, what);
    abort();
}

/* 64 hexadecimal digits. */
static bool hex(const char *text, uint8_t out[32])
{
    for (size_t i = 0; i < 32; i++) {
        char pair[3] = {text[2 * i], text[2 * i] != '\0' ? text[2 * i + 1] : '\0', '\0'};
        char *end;

        out[i] = (uint8_t)strtoul(pair, &end, 16);
        if (end != pair + 2) {
            return false;
        }
    }
    return true;
}

static bool read_key(const char *path, uint8_t sk[64])
{
    char text[65] = {0};
    uint8_t seed[32];
    uint8_t pk[32];
    FILE *in = fopen(path, "r");
    bool ok = in != NULL && fread(text, 1, 64, in) == 64 && hex(text, seed);

    if (in != NULL) {
        fclose(in);
    }
    if (ok) {
        fm_ed25519_keypair(seed, pk, sk);
    }
    fm_wipe(seed, sizeof seed);
    fm_wipe(text, sizeof text);
    return ok;
}

int main(int argc, char **argv)
{
    struct fm_grip grips[GRIPS];
    struct fm_router router;
    struct fm_handle book;
    struct fm_peer friend;
    struct app_link link;
    uint8_t agent[32];
    uint8_t sk[64];
    uint8_t transport;
    bool good;
    fm_err err;

    if (argc != 7 || !hex(argv[3], agent) || !hex(argv[5], friend.id) || !read_key(argv[2], sk)) {
        fputs("usage: phonebook NODE KEYFILE AGENT SLOT FRIEND SLOT   (ids: 64 hexadecimal digits)\n", stderr);
        return 2;
    }
    friend.slot = (uint8_t)strtoul(argv[6], NULL, 10);
    err = app_link_open(&link, argv[1], agent, sk);
    if (err != FM_OK) {
        fprintf(stderr, "phonebook: %s: %s\n", fm_err_name(err), fm_err_text(err));
        return 10 + (int)fm_err_category(err);
    }
    fm_router_init(&router, grips, GRIPS);
    err = fm_router_plug(&router, &fm_cell_transport, &link.cell, &transport);
    if (err == FM_OK) {
        err = app_link_adopt(&link, &router, transport, (uint8_t)strtoul(argv[4], NULL, 10), &book);
    }
    good = err == FM_OK && phonebook(&router, book, &friend);
    if (err != FM_OK) {
        fprintf(stderr, "phonebook: %s: %s\n", fm_err_name(err), fm_err_text(err));
    }
    app_link_close(&link);
    fm_wipe(sk, sizeof sk);
    return good ? 0 : err != FM_OK ? 10 + (int)fm_err_category(err) : 1;
}
