/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a domain can do beyond Microkit's interface: answer callers later, serve badges that it
 * minted itself, touch memory that may be revoked under it, hold capabilities of its own, print.
 */
#ifndef FM_RT_RT_H
#define FM_RT_RT_H

#include <firmament/err.h>
#include <microkit.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/base.h"
#include "pd/rt/layout.h"

/* ---- capability pointers */
#define FM_OWN(i) ((seL4_CPtr)1 << 58 | (seL4_CPtr)(i))
#define FM_INBOX(i) ((seL4_CPtr)2 << 58 | (seL4_CPtr)(i))
#define FM_MAIL(k, i) ((seL4_CPtr)(3 + (k)) << 58 | (seL4_CPtr)(i))

/* ---- deferred replies */

/* Names a caller that is still waiting. */
typedef uint32_t fm_reply_token;

/*
 * Called inside protected() or fm_invoked(): the caller goes on waiting, the value that the function
 * returns is ignored, and *token names the caller until fm_reply_send(). Returns false, with nothing
 * changed, when no Reply object is left for the next caller (`replies` in the .caps file).
 */
bool fm_reply_defer(fm_reply_token *token) FM_MUST_CHECK;

/* Answers a deferred caller with the message registers as they are. A token is good once. If the
 * caller is gone, nothing happens. */
void fm_reply_send(fm_reply_token token, microkit_msginfo info);

/* The number of callers that are waiting, and of Reply objects in all. */
unsigned fm_reply_waiting(void);
unsigned fm_reply_objects(void);

/* ---- badges made at run time */

/* Supplied by a domain whose endpoint is granted with badges of its own choice (bits 63 and 61 set).
 * The default answers with label FM_E_PD_NO_METHOD. */
microkit_msginfo fm_invoked(seL4_Word badge, microkit_msginfo info);

/* ---- memory that somebody may revoke */

/*
 * Copies n bytes to or from a window that the .caps file names. Returns false when the window was
 * revoked before the last byte: what was copied until then stays copied. Bytes are copied one by one.
 */
bool fm_rt_copy_guarded(void *to, const void *from, size_t n) FM_MUST_CHECK;

/* The same as a word of the vocabulary: FM_OK or FM_E_WINDOW_REVOKED. */
static inline fm_err fm_rt_window(bool copied)
{
    return copied ? FM_OK : FM_E_WINDOW_REVOKED;
}

/* ---- errors */

/* The common vocabulary's word for a kernel's error label. */
fm_err fm_kernel_err(seL4_Error label);

/* ---- text */

/* Writes text to wherever the domain's text goes. The root task supplies one of its own. */
void fm_console_write(const char *text, size_t n);

/* %s %c %d %u %x, each integer also with l (64 bit); %% for the sign. Nothing else. */
void fm_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One character typed at the console, or -1. Only for the domain that serial names. */
int fm_console_read(void);

#endif
