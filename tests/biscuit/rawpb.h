/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protobuf written by hand, for bytes that no honest encoder would write:
 *
 *   3=7          field 3, the number 7            1"text"      field 1, bytes
 *   4{ … }       field 4, a message               1%K          field 1, bytes that a letter stands for
 *   &K           those bytes alone, no field
 *   *12( … )     what stands between, 12 times; # in it is the number of the round, @ 1024 more
 */
#ifndef FM_TESTS_BISCUIT_RAWPB_H
#define FM_TESTS_BISCUIT_RAWPB_H

#include "biscuit/pb.h"

struct raw_letter {
    char letter;
    const uint8_t *p;
    size_t n;
};
/* Writes what the text says into out[0..cap); its length, or 0 if the text is malformed or does not fit. */
size_t raw_pb(const char *text, const struct raw_letter *letters, size_t nletters, uint8_t *out, size_t cap);

#endif
