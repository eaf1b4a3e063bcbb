/* SPDX-License-Identifier: Apache-2.0 */
/* Message info words, IPC buffers and the transfer of a message between two threads. */
#ifndef FM_KERNEL_MESSAGE_H
#define FM_KERNEL_MESSAGE_H

#include "kernel/object/objects.h"

static inline uint64_t info_make(uint64_t label, unsigned unwrapped, unsigned extra, uint64_t length)
{
    return label << FM_INFO_LABEL_SHIFT | (uint64_t)unwrapped << FM_INFO_UNWRAPPED_SHIFT |
           (uint64_t)extra << FM_INFO_EXTRA_SHIFT | length;
}

static inline uint64_t info_label(uint64_t info)
{
    return info >> FM_INFO_LABEL_SHIFT;
}

/* Length, clipped to what a message can hold. */
static inline uint64_t info_length(uint64_t info)
{
    return min_u64(info & MASK(FM_INFO_LENGTH_BITS), FM_MSG_MAX_LENGTH);
}

static inline unsigned info_extra(uint64_t info)
{
    return (unsigned)((info >> FM_INFO_EXTRA_SHIFT) & MASK(FM_INFO_EXTRA_BITS));
}

/* The thread's IPC buffer as the kernel sees it, or NULL if it has none that allows the access. */
uint64_t *message_buffer(const struct tcb *t, bool for_writing);

/* Writes words to the thread's message registers and buffer; returns how many fitted. */
unsigned message_put(struct tcb *t, const uint64_t *words, unsigned count);

/*
 * Looks up the extra capabilities of the thread's message. On failure returns false; *bad_cptr and
 * *f say which and why; *count is then 0.
 */
bool message_extra_caps(struct tcb *t, uint64_t info, const uint64_t *buffer,
                        struct slot *extra[FM_MSG_MAX_EXTRA_CAPS], unsigned *count,
                        uint64_t *bad_cptr, struct lookup_fault *f);

/*
 * Gives sender's message, or the fault that it is in, to receiver. ep is the endpoint used (NULL
 * for a reply); a capability to it arrives as its badge. Never fails: what does not fit is left out.
 */
void message_transfer(struct tcb *sender, struct endpoint *ep, uint64_t badge, bool grant,
                      struct tcb *receiver);

/* A lookup failure as message words (type, details); returns how many. */
unsigned lookup_fault_words(const struct lookup_fault *f, uint64_t *out);

#endif
