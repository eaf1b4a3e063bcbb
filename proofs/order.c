/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theorems about the order of authority (heart.md T8), as functions whose contract is the theorem and whose body does
 * nothing. Never compiled: Frama-C alone reads this file.
 */
#include "core/cap.h"

/*@ predicate bit(integer x, integer i) = (x & (1 << i)) != 0;
  @ predicate bits_below(integer g, integer h) = \forall integer i; 0 <= i < 16 ==> bit(g, i) ==> bit(h, i);
  @ predicate rest_below(struct fm_record *g, struct fm_record *h) =
  @   h->f_lo <= g->f_lo && g->f_hi <= h->f_hi && g->max_amount <= h->max_amount &&
  @   g->allowance <= h->allowance && g->expiry <= h->expiry &&
  @   badge_within(g->badge, h->badge) && g->group == h->group;
  @ predicate below(struct fm_record *g, struct fm_record *h) =
  @   bits_below(g->rights, h->rights) && bits_below(g->methods, h->methods) && rest_below(g, h); */

/* What fm_bits_subset computes with one &, bit by bit. */
/*@ requires bits_within(h, g); assigns \nothing; ensures bits_below(g, h); */
void bits_are_bits(uint16_t g, uint16_t h)
{
}

/*@ requires \valid_read(a); assigns \nothing; ensures below(a, a); */
void below_reflexive(const struct fm_record *a)
{
}

/*@ requires \valid_read(a) && \valid_read(b) && \valid_read(c);
  @ requires below(a, b) && below(b, c); assigns \nothing; ensures below(a, c); */
void below_transitive(const struct fm_record *a, const struct fm_record *b, const struct fm_record *c)
{
}

/* Antisymmetric: two records each below the other have the same authority, bit for bit. */
/*@ requires \valid_read(a) && \valid_read(b);
  @ requires below(a, b) && below(b, a); assigns \nothing;
  @ ensures \forall integer i; 0 <= i < 16 ==> (bit(a->rights, i) <==> bit(b->rights, i));
  @ ensures \forall integer i; 0 <= i < 16 ==> (bit(a->methods, i) <==> bit(b->methods, i));
  @ ensures a->f_lo == b->f_lo && a->f_hi == b->f_hi && a->max_amount == b->max_amount &&
  @   a->allowance == b->allowance && a->expiry == b->expiry && a->badge == b->badge && a->group == b->group; */
void below_antisymmetric(const struct fm_record *a, const struct fm_record *b)
{
}

/* T9: what derive makes is below what it was made from, whatever the limits. */
/*@ requires \valid(held) && \valid_read(limits) && \valid(out) && \valid(axis);
  @ requires \separated(held, limits, out, axis) && held->used <= held->allowance;
  @ assigns held->used, *out, *axis;
  @ ensures \result == FM_OK ==> below(out, held); */
fm_err derive_narrows(struct fm_record *held, bool self, uint32_t holder, uint8_t slot,
                      const struct fm_limits *limits, struct fm_record *out, uint8_t *axis)
{
    fm_err err = fm_cap_derive(held, self, holder, slot, limits, out, axis);

    if (err == FM_OK) {
        /*@ assert limits_within{Pre}(limits, held); */
        /*@ assert limits_are(limits, out); */
        /*@ assert bits_within(held->rights, out->rights); */
        /*@ assert bits_within(held->methods, out->methods); */
        bits_are_bits(out->rights, held->rights);
        bits_are_bits(out->methods, held->methods);
        /*@ assert bits_below(out->rights, held->rights) && bits_below(out->methods, held->methods); */
        /*@ assert out->f_lo >= held->f_lo && out->f_hi <= held->f_hi; */
        /*@ assert out->max_amount <= held->max_amount; */
        /*@ assert out->expiry <= held->expiry && out->group == held->group; */
        /*@ assert badge_within(out->badge, held->badge) && out->allowance <= held->allowance; */
        /*@ assert rest_below(out, held); */
    }
    return err;
}

/* A mask never widens, whatever the mask: the two ways in which lib/biscuit/limits.c changes rights and methods. */
/*@ assigns \nothing; ensures bits_below(\result, bits); */
uint16_t mask_narrows(uint16_t bits, uint16_t mask)
{
    return bits & mask;
}

/* And so however often it is done: what is left of `bits` after each of n masks is below `bits`. */
/*@ requires \valid_read(masks + (0 .. n - 1)); assigns \nothing; ensures bits_below(\result, bits); */
uint16_t masks_narrow(uint16_t bits, const uint16_t *masks, uint32_t n)
{
    uint16_t left = bits;

    /*@ loop invariant 0 <= i <= n && bits_below(left, bits);
      @ loop assigns i, left; loop variant n - i; */
    for (uint32_t i = 0; i < n; i++) {
        left = mask_narrows(left, masks[i]);
    }
    return left;
}
