/* SPDX-License-Identifier: Apache-2.0 */
/* What the packer checks: that a program was compiled for the machine of the image. */
#include <firmament/abi/abi.h>
#include <stdint.h>

extern const uint32_t fm_abi_note[2];

__attribute__((section(".fm_abi"), used))
const uint32_t fm_abi_note[2] = {0x49424146U, FM_ABI_PROFILE_ID};
