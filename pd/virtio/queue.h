/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A split virtqueue (VIRTIO 1.2, section 2.7) of single buffers, in one page of a DMA region. Each buffer
 * has a number of the driver's choice, which is also its descriptor's.
 *
 * Q1  What the device may write (the used ring) is copied out before it is looked at, and believed in
 *     no part: a number that is not with the device, or more bytes than the buffer has, is refused.
 * Q2  Nothing here touches the page before fm_virtq_init(), which the caller calls only after the
 *     device has confirmed its reset.
 */
#ifndef FM_PD_VIRTIO_QUEUE_H
#define FM_PD_VIRTIO_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#define FM_VIRTQ_SIZE 8U

struct fm_virtq_desc {
    uint64_t paddr;
    uint32_t bytes;
    uint16_t flags;
    uint16_t next;
};

struct fm_virtq_used {
    uint32_t id;
    uint32_t bytes;
};

/* What both sides see; little-endian, as both machines are. */
struct fm_virtq_page {
    struct fm_virtq_desc desc[FM_VIRTQ_SIZE];
    struct {
        uint16_t flags;
        uint16_t index;
        uint16_t ring[FM_VIRTQ_SIZE];
        uint16_t used_event;
        uint8_t pad[106];
    } avail; /* the driver writes it */
    struct {
        uint16_t flags;
        uint16_t index;
        struct fm_virtq_used ring[FM_VIRTQ_SIZE];
        uint16_t avail_event;
    } used; /* the device writes it */
};

struct fm_virtq {
    struct fm_virtq_page *page;
    uint16_t given;                /* buffers given to the device, counted freely */
    uint16_t taken;                /* buffers taken back                          */
    uint32_t bytes[FM_VIRTQ_SIZE]; /* of buffer i while the device has it, else 0 */
};

enum fm_virtq_result {
    FM_VIRTQ_OK = 0,
    FM_VIRTQ_NONE,   /* the device has finished nothing more          */
    FM_VIRTQ_BROKEN, /* the device broke the protocol: reset it (Q1)  */
};

/* An empty queue in `page`, a page of memory that is zeroed here. */
void fm_virtq_init(struct fm_virtq *q, struct fm_virtq_page *page);

/* Gives the device buffer i (below FM_VIRTQ_SIZE, not with the device), `bytes` (not 0) at paddr, to write
 * into. The caller then tells the device. */
void fm_virtq_give(struct fm_virtq *q, uint16_t i, uint64_t paddr, uint32_t bytes);

/* Takes back the next buffer that the device has finished: its number and how many bytes were written. */
enum fm_virtq_result fm_virtq_take(struct fm_virtq *q, uint16_t *i, uint32_t *bytes);

#endif
