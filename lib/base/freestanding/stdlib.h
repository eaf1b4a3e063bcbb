/* SPDX-License-Identifier: Apache-2.0 */
/* Third-party sources include this; what they use of it is abort() alone. */
#ifndef FM_FREESTANDING_STDLIB_H
#define FM_FREESTANDING_STDLIB_H

_Noreturn void fm_panic(const char *file, int line, const char *what);
#define abort() fm_panic(__FILE__, __LINE__, "abort")

#endif
