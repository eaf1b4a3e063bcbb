/* SPDX-License-Identifier: Apache-2.0 */
/* What a prover does in the extension, and a verifier does not. */
#include "stark/field.h"

/* The norm N(a) = a^(1+p+p^2+p^3+p^4) lies in Fp, so a^-1 = a^(p+p^2+p^3+p^4) / N(a). */
struct fm_ext fm_ext_inv(const struct fm_ext *a)
{
    struct fm_ext f1 = fm_ext_frobenius(a);
    struct fm_ext f2 = fm_ext_frobenius(&f1);
    struct fm_ext t = fm_ext_mul(&f1, &f2);
    struct fm_ext u = fm_ext_frobenius(&t);
    u = fm_ext_frobenius(&u);
    struct fm_ext r = fm_ext_mul(&t, &u);
    struct fm_ext norm = fm_ext_mul(a, &r);
    return fm_ext_scale(r, fm_bb_inv(norm.c[0]));
}

struct fm_ext fm_ext_pow(const struct fm_ext *a, uint64_t e)
{
    struct fm_ext b = *a;
    struct fm_ext r = fm_ext_of(FM_BB_ONE);
    for (; e != 0; e >>= 1) {
        if (e & 1) {
            r = fm_ext_mul(&r, &b);
        }
        b = fm_ext_mul(&b, &b);
    }
    return r;
}
