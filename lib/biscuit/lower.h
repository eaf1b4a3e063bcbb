/* SPDX-License-Identifier: Apache-2.0 */
/* The one way in which a token changes the limits of a grant: downwards. */
#ifndef FM_BISCUIT_LOWER_H
#define FM_BISCUIT_LOWER_H

#include <firmament/heart.h>

enum fm_b_axis { FM_B_RIGHTS, FM_B_METHODS, FM_B_FIELD_LO, FM_B_FIELD_HI, FM_B_MAX_AMOUNT, FM_B_EXPIRY };

/*
 * Meets one axis of the limits with v: the bits in both, the higher lower end, the lower upper end, the less. Whatever
 * v is, the result is within what the limits were on every axis that fm_cap_subset compares. Proved.
 */
/*@ requires \valid(l);
  @ assigns l->rights, l->methods, l->f_lo, l->f_hi, l->max_amount, l->expiry;
  @ ensures (l->rights & \old(l->rights)) == l->rights;
  @ ensures (l->methods & \old(l->methods)) == l->methods;
  @ ensures l->f_lo >= \old(l->f_lo) && l->f_hi <= \old(l->f_hi);
  @ ensures l->max_amount <= \old(l->max_amount) && l->expiry <= \old(l->expiry);
  @ ensures axis == FM_B_EXPIRY ==> l->expiry <= v;
  @ ensures axis == FM_B_MAX_AMOUNT ==> l->max_amount <= v;
  @ ensures axis == FM_B_FIELD_HI ==> l->f_hi <= v;
  @ ensures axis == FM_B_FIELD_LO && v <= 0xffff ==> l->f_lo >= v; */
void fm_b_lower(struct fm_limits *l, enum fm_b_axis axis, uint64_t v);

#endif
