/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One handle, near or far. An app holds a handle (target, rights) and may invoke, attenuate, delegate, revoke, drop
 * and inspect it, and ask for its bounds. Whether a kernel object on this machine or a cell on a ledger stands
 * behind it, the app cannot tell from these calls; the bounds alone say how strong they are there.
 *
 * U1  A handle is two words that mean nothing to the app. It is checked at every call; one that was
 * dropped is BAD_HANDLE.
 * U2  A widening is refused by fm_cap_subset, before any transport is asked, with WIDENS and the
 * axis: near and far alike.
 * U3  The router dispatches by the handle's target alone.
 */
#ifndef FIRMAMENT_HANDLE_H
#define FIRMAMENT_HANDLE_H

#include <firmament/err.h>
#include <firmament/heart.h>

#include <stdbool.h>
#include <stddef.h>

struct fm_router;

/* Opaque. All zeros is no handle. */
struct fm_handle {
    uint64_t word[2];
};

/* A place that a capability can be delegated to: who, and the inbox or slot that it opened for us. */
struct fm_peer {
    uint8_t id[32];
    uint8_t slot;
};

/* An argument of invoke, and an item of its reply: a key and 32 bytes. */
struct fm_item {
    uint16_t key;
    uint8_t value[32];
};
#define FM_ITEMS_MAX FM_INVOKE_WRITES_MAX

/* What came back. The receipt is there (has_receipt) where a ledger vouches; near, the kernel's
 * answer is all there is. */
struct fm_reply {
    uint8_t nitems;
    struct fm_item items[FM_ITEMS_MAX];
    bool has_receipt;
    struct fm_receipt receipt;
};

/* How strong a promise is: the row's value at n machines. */
enum fm_strength {
    FM_IMMEDIATE = 1, /* holds when the call returns                              */
    FM_BOUNDED,       /* holds within bound_ms after it                           */
    FM_EVENTUAL,      /* holds when the order has reached everybody; no bound is known */
};

/* The four rows of the mission's table, computed from the topology that the transport reports. */
struct fm_bounds {
    uint32_t machines;           /* n: how many machines the target is spread across */
    enum fm_strength revocation; /* after revoke returns, may a use still land? */
    uint32_t revocation_ms;
    enum fm_strength
        checkpoint; /* IMMEDIATE: one consistent moment; else a cut that may be this stale */
    uint32_t checkpoint_ms;
    enum fm_strength commit; /* IMMEDIATE: durable before the answer */
    uint32_t commit_ms;
    uint32_t agreement; /* machines that must agree: 1 is no round at all */
    uint32_t faults;    /* machines that may fail, or lie if byzantine */
    bool byzantine;
    uint8_t assurance; /* enum fm_assurance; 0 where the kernel alone enforces */
};

/* What a holder may know of what it holds. */
struct fm_info {
    struct fm_limits limits;
    uint64_t left;      /* of the allowance, as far as this router knows; MAX: unmetered */
    uint8_t target[32]; /* a fingerprint, for telling targets apart */
};

/* Runs a method of the target. args: n items, keys rising. reply may be NULL. Errors of the other
 * end, and BAD_HANDLE, RIGHT. */
fm_err fm_invoke(struct fm_router *r, struct fm_handle h, uint8_t method,
                 const struct fm_item *args, uint8_t n, struct fm_reply *reply)
    __attribute__((warn_unused_result));
/* A narrower handle to the same target. *why (may be NULL) carries the axis of a WIDENS in `got`. */
fm_err fm_attenuate(struct fm_router *r, struct fm_handle h, const struct fm_limits *limits,
                    struct fm_handle *out, struct fm_why *why) __attribute__((warn_unused_result));
/* Gives a narrower capability to somebody else. */
fm_err fm_delegate(struct fm_router *r, struct fm_handle h, const struct fm_peer *to,
                   const struct fm_limits *limits, struct fm_why *why)
    __attribute__((warn_unused_result));
/* Ends everything that was derived from this handle; the handle itself stays. */
fm_err fm_revoke(struct fm_router *r, struct fm_handle h) __attribute__((warn_unused_result));
/* Ends this handle and everything derived from it. */
fm_err fm_drop(struct fm_router *r, struct fm_handle h) __attribute__((warn_unused_result));
fm_err fm_inspect(const struct fm_router *r, struct fm_handle h, struct fm_info *info)
    __attribute__((warn_unused_result));
fm_err fm_bounds(const struct fm_router *r, struct fm_handle h, struct fm_bounds *bounds)
    __attribute__((warn_unused_result));

#endif
