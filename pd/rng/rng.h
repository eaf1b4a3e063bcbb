/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the entropy domain offers by protected call.
 *
 *   FM_RNG_BYTES  register 0: how many bytes, 1 to FM_RNG_MOST.
 *                 Answer: label FM_OK, and the bytes in registers 0 and up, eight each, little-endian, the
 *                 last one filled up with zeros. No byte is given to two callers.
 *   Errors:       FM_E_PD_NO_METHOD another label; FM_E_PD_ARGUMENT no number or out of range; FM_E_PD_BUSY too many
 *                 callers wait already; FM_E_DEVICE_ABSENT no such device; FM_E_DEVICE_BROKEN it broke the protocol
 *                 (from then on for every caller, until the domain is started anew).
 * The call waits as long as the device does.
 */
#ifndef FM_PD_RNG_H
#define FM_PD_RNG_H

#define FM_RNG_BYTES 1U
#define FM_RNG_MOST 64U

#endif
