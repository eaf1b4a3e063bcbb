/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol of the power domain: one call, which does not come back. */
#ifndef FM_PD_POWER_H
#define FM_PD_POWER_H

#define FM_POWER_OFF 1 /* label; MR0 = exit code (riscv64; aarch64 has none) */

#endif
