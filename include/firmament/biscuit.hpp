/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbiscuit for C++: the same functions with C linkage. The C headers carry no conditions; C++ programs include this
 * file in their place, alone.
 */
#ifndef FIRMAMENT_BISCUIT_HPP
#define FIRMAMENT_BISCUIT_HPP

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern "C" {
#include <firmament/biscuit_decide.h>
}

#endif
