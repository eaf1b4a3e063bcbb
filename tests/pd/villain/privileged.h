/* SPDX-License-Identifier: Apache-2.0 */
/* One for each machine: an instruction that belongs to the kernel. */
#ifndef FM_TESTS_PD_PRIVILEGED_H
#define FM_TESTS_PD_PRIVILEGED_H

void villain_privileged(void);

#endif
