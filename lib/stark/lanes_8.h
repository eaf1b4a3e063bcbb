/* SPDX-License-Identifier: Apache-2.0 */
/* 8 lanes: their number and the shuffles that vec.h needs. */
#ifndef FM_STARK_LANES_H
#define FM_STARK_LANES_H

#define FM_LANES 8
#define FM_LANES_LOG 3
#define FM_LANES_HIGH 1, 9, 3, 11, 5, 13, 7, 15
#define FM_LANES_ZIP_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define FM_LANES_ZIP_HIGH 4, 12, 5, 13, 6, 14, 7, 15

#include "stark/vec.h"

#endif
