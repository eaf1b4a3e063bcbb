/* SPDX-License-Identifier: Apache-2.0 */
/* The router: a table of handles, and transports plugged in. Apps see <firmament/handle.h> alone. */
#ifndef FM_APP_ROUTER_H
#define FM_APP_ROUTER_H

#include "core/cap.h"

#include <firmament/handle.h>

#define FM_TRANSPORTS_MAX 8U

/* What stands behind a handle: the capability as far as this side knows it, and where its transport finds it. */
struct fm_grip {
    struct fm_record record; /* rights and limits, for fm_cap_subset; kind is its depth + 1 */
    uint8_t target[32];
    uint32_t place;      /* the transport's: a slot, a kernel capability pointer */
    uint32_t generation; /* of the handle-table entry; even: free */
    uint8_t transport;
};

/* What a transport knows of its machines. */
struct fm_topology {
    uint32_t machines;
    uint32_t faults;
    bool byzantine;
    uint32_t
        spread_ms; /* how long a settled turn takes to reach every machine at most; 0: not known */
    uint32_t settle_ms; /* how long until a turn is final; 0: not known */
    uint8_t assurance;
};

/*
 * A transport: the verbs over one kind of target. One const table an implementation; `self` is its own memory.
 * The router has checked the handle and the widening before it calls. derive puts the new capability into an own place;
 * give puts it at a peer's. An entry may be NULL: the verb is not offered.
 */
struct fm_transport {
    fm_err (*invoke)(void *self, const struct fm_grip *grip, uint8_t method,
                     const struct fm_item *args, uint8_t n, struct fm_reply *reply);
    fm_err (*derive)(void *self, struct fm_grip *grip, const struct fm_limits *limits,
                     struct fm_grip *out);
    fm_err (*give)(void *self, struct fm_grip *grip, const struct fm_limits *limits,
                   const struct fm_peer *to);
    fm_err (*revoke)(void *self, struct fm_grip *grip);
    fm_err (*drop)(void *self, struct fm_grip *grip);
    void (*topology)(const void *self, struct fm_topology *topology);
};

struct fm_router {
    struct fm_grip *grips; /* the caller's */
    uint32_t ngrips;
    uint32_t ntransports;
    const struct fm_transport *transports[FM_TRANSPORTS_MAX];
    void *selves[FM_TRANSPORTS_MAX];
};

/* An empty router over n grips of the caller's. */
void fm_router_init(struct fm_router *r, struct fm_grip *grips, uint32_t n);
/* Plugs a transport in. FM_E_TRANSPORTS_FULL. *index is its number, for fm_router_adopt. */
fm_err fm_router_plug(struct fm_router *r, const struct fm_transport *transport, void *self,
                      uint8_t *index) FM_MUST_CHECK;
/* Makes a handle of a capability that was granted from outside: what an app starts with. FM_E_HANDLES_FULL. */
fm_err fm_router_adopt(struct fm_router *r, uint8_t transport, const struct fm_record *record,
                       const uint8_t target[32], uint32_t place,
                       struct fm_handle *out) FM_MUST_CHECK;

/* The bounds of a topology: at one machine every row is at its strongest (mission, "at n = 1"). */
void fm_bounds_of(const struct fm_topology *topology, struct fm_bounds *bounds);

#endif
