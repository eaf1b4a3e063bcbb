/* SPDX-License-Identifier: Apache-2.0 */
/* Repeats what is typed; ends the run at a full stop. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define SERIAL 0
#define POWER 2

void init(void)
{
    fm_print("type a line, end with a full stop\n");
}

void notified(microkit_channel ch)
{
    bool end = false;
    int c;

    if (ch != SERIAL) {
        return;
    }
    while (!end && (c = fm_console_read()) >= 0) {
        if (c == '.') {
            end = true;
        } else if (c == '\r' || c == '\n') {
            fm_print("\n");
        } else {
            fm_print("%c", c);
        }
    }
    if (end) {
        fm_print(" [end]\n");
        fm_ask_power_off(POWER, 0);
    }
}
