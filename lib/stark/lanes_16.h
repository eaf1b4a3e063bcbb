/* SPDX-License-Identifier: Apache-2.0 */
/* 16 lanes: their number and the shuffles that vec.h needs. */
#ifndef FM_STARK_LANES_H
#define FM_STARK_LANES_H

#define FM_LANES 16
#define FM_LANES_LOG 4
#define FM_LANES_HIGH 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define FM_LANES_ZIP_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define FM_LANES_ZIP_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31

#include "stark/vec.h"
#include "stark/vec_zip.h"

#endif
