/* SPDX-License-Identifier: Apache-2.0 */
/* Third-party sources include this and use nothing of it. */
#ifndef FM_FREESTANDING_SYS_TYPES_H
#define FM_FREESTANDING_SYS_TYPES_H

#include <stddef.h>

#endif
