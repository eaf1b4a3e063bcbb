/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing but the header: Frama-C proves the inline functions in it. */
#include "base/base.h"
