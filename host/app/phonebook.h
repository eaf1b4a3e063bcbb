/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_HOST_APP_PHONEBOOK_H
#define FM_HOST_APP_PHONEBOOK_H

#include <firmament/handle.h>

/* The app: a handle to a directory, somebody to share it with. Whether everything went as it should. */
bool phonebook(struct fm_router *r, struct fm_handle book, const struct fm_peer *friend);

#endif
