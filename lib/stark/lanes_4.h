/* SPDX-License-Identifier: Apache-2.0 */
/* 4 lanes: their number and the shuffles that vec.h needs. */
#ifndef FM_STARK_LANES_H
#define FM_STARK_LANES_H

#define FM_LANES 4
#define FM_LANES_LOG 2
#define FM_LANES_HIGH 1, 5, 3, 7
#define FM_LANES_ZIP_LOW 0, 4, 1, 5
#define FM_LANES_ZIP_HIGH 2, 6, 3, 7

#include "stark/vec.h"
#include "stark/vec_zip.h"

#endif
