/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An app, as docs/guide/handle.md tells it: it is given a handle to a directory and a peer to share it with, and knows
 * nothing else. It includes the public contracts alone; whether a cell, a kernel object or something on another machine
 * stands behind its handle, it cannot tell but by the bounds.
 */
#include "host/app/phonebook.h"

#include <stdio.h>
#include <string.h>

#define BIND 1 /* the directory's method */

static const char *strength(enum fm_strength s)
{
    return s == FM_IMMEDIATE ? "immediate" : s == FM_BOUNDED ? "bounded" : "eventual";
}

static void tell(const char *what, fm_err err)
{
    printf("%s: %s\n", what, err == FM_OK ? "ok" : fm_err_name(err));
}

/* Binds a name at a pair of fields, if nobody changed it since `version`. */
static fm_err bind_name(struct fm_router *r, struct fm_handle h, uint16_t key, const char *name, uint8_t version,
                        struct fm_reply *reply)
{
    struct fm_item args[2] = {{.key = key}, {.key = (uint16_t)(key + 1)}};

    memcpy(args[0].value, name, strlen(name));
    args[0].value[24] = (uint8_t)(version + 1);
    args[1].value[0] = 7;
    return fm_invoke(r, h, BIND, args, 2, reply);
}

bool phonebook(struct fm_router *r, struct fm_handle book, const struct fm_peer *friend)
{
    struct fm_handle mine;
    struct fm_handle never;
    struct fm_bounds b;
    struct fm_info info;
    struct fm_limits limits;
    struct fm_reply reply;
    struct fm_why why = {FM_OK, 0, "", 0, 0};
    fm_err err[9];

    err[0] = fm_bounds(r, book, &b);
    printf("bounds: %u machine; revocation %s, checkpoint %s, commit %s, agreement of %u\n", b.machines,
           strength(b.revocation), strength(b.checkpoint), strength(b.commit), b.agreement);
    err[1] = bind_name(r, book, 8, "ann", 0, &reply);
    printf("invoke: %s, %u fields written, receipt %llu\n", fm_err_name(err[1]), reply.nitems,
           (unsigned long long)(reply.has_receipt ? reply.receipt.head.seq : 0));
    err[2] = bind_name(r, book, 8, "ann", 0, &reply);
    tell("invoke with a stale version", err[2]);
    err[3] = fm_inspect(r, book, &info);
    limits = info.limits;
    limits.f_lo = 10;
    limits.f_hi = 12;
    err[4] = fm_attenuate(r, book, &limits, &mine, &why);
    tell("attenuate to one pair", err[4]);
    limits.f_hi = 14;
    err[5] = fm_attenuate(r, mine, &limits, &never, &why);
    printf("attenuate wider: %s, axis %llu\n", fm_err_name(err[5]), (unsigned long long)why.got);
    limits.f_hi = 12;
    err[6] = fm_delegate(r, mine, friend, &limits, &why);
    tell("delegate", err[6]);
    err[7] = fm_revoke(r, mine);
    tell("revoke", err[7]);
    err[8] = fm_drop(r, mine);
    tell("drop", err[8]);
    tell("use after that", bind_name(r, mine, 10, "bob", 0, NULL));
    return err[0] == FM_OK && err[1] == FM_OK && err[2] == FM_E_POLICY && err[3] == FM_OK && err[4] == FM_OK &&
           err[5] == FM_E_WIDENS && err[6] == FM_OK && err[7] == FM_OK && err[8] == FM_OK;
}
