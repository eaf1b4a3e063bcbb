/* SPDX-License-Identifier: Apache-2.0 */
/* Third-party sources include this and expect assert(). */
#ifndef FM_FREESTANDING_ASSERT_H
#define FM_FREESTANDING_ASSERT_H

#define assert(cond) ((void)(cond))

#endif
