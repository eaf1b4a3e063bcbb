/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node as the other end of the cell transport (lib/app/cell.h): it connects, reads what the app's cell holds, and
 * carries each turn to the node and its outcome back. An app that has its handles needs none of this; the program
 * that starts it does.
 */
#ifndef FM_HOST_APP_LINK_H
#define FM_HOST_APP_LINK_H

#include "app/cell.h"

struct app_link {
    int fd;
    uint32_t tag;
    uint8_t *answer; /* FM_MSG_ANSWER_MAX */
    size_t answer_bytes;
    struct fm_cell_transport cell; /* to plug in: fm_router_plug(r, &fm_cell_transport, &link.cell, …) */
};

/*
 * Connects to a node (a socket's path, or tcp:PORT on this machine) for the cell `agent`, whose turns sk signs. Its
 * free slots become the router's. sk is borrowed. NODE_GONE, BAD_MESSAGE, NO_SPACE, or the node's own error
 * (NO_CELL).
 */
fm_err app_link_open(struct app_link *l, const char *address, const uint8_t agent[32], const uint8_t *sk);
void app_link_close(struct app_link *l);
/* A handle for what a slot of the agent's cell holds. NO_CAP if it holds no capability; HANDLES_FULL. */
fm_err app_link_adopt(struct app_link *l, struct fm_router *r, uint8_t transport, uint8_t slot, struct fm_handle *out);

#endif
