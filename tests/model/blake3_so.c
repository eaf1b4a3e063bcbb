/* SPDX-License-Identifier: Apache-2.0 */
/* BLAKE3 of the official C code for the model in Python: one call a hash, keyed unless key is NULL. */
#include <blake3.h>

__attribute__((visibility("default"))) void fm_model_blake3(const uint8_t *key, const uint8_t *msg,
                                                             size_t n, uint8_t out[32]);

void fm_model_blake3(const uint8_t *key, const uint8_t *msg, size_t n, uint8_t out[32])
{
    blake3_hasher h;

    if (key == NULL) {
        blake3_hasher_init(&h);
    } else {
        blake3_hasher_init_keyed(&h, key);
    }
    blake3_hasher_update(&h, msg, n);
    blake3_hasher_finalize(&h, out, 32);
}
