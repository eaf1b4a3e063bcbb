/* SPDX-License-Identifier: Apache-2.0 */
/* The UART of each machine (pl011, ns16550a), as root and serial use it. The compiler chooses. */
#ifndef FM_RT_UART_H
#define FM_RT_UART_H

#include <stdbool.h>
#include <stdint.h>

struct fm_uart {
    volatile uint8_t *base;
};

static inline uint32_t fm_uart_read32(const struct fm_uart *u, unsigned offset)
{
    return *(volatile uint32_t *)(volatile void *)(u->base + offset);
}

static inline void fm_uart_write32(const struct fm_uart *u, unsigned offset, uint32_t v)
{
    *(volatile uint32_t *)(volatile void *)(u->base + offset) = v;
}

#if defined(__aarch64__)

/* pl011: data 0x00, flags 0x18 (bit 4 receive empty, bit 5 transmit full), line control 0x2c,
 * control 0x30, interrupt mask 0x38, interrupt clear 0x44. */
static inline void fm_uart_init(const struct fm_uart *u)
{
    fm_uart_write32(u, 0x38, 0);
    fm_uart_write32(u, 0x30, 0x301);
}

static inline void fm_uart_put(const struct fm_uart *u, char c)
{
    while ((fm_uart_read32(u, 0x18) & 0x20U) != 0U) {
    }
    fm_uart_write32(u, 0x00, (uint8_t)c);
}

static inline int fm_uart_get(const struct fm_uart *u)
{
    return (fm_uart_read32(u, 0x18) & 0x10U) != 0U ? -1 : (int)(fm_uart_read32(u, 0x00) & 0xffU);
}

/* Receive and receive-timeout interrupts. */
static inline void fm_uart_listen(const struct fm_uart *u)
{
    fm_uart_write32(u, 0x2c, 0x60); /* eight bits, no queue: each character interrupts */
    fm_uart_write32(u, 0x38, 0x50);
}

static inline void fm_uart_clear(const struct fm_uart *u)
{
    fm_uart_write32(u, 0x44, 0x7ff);
}

#elif defined(__riscv)

/* ns16550a: data 0, interrupt enable 1, queue control 2, line control 3, line status 5 (bit 0
 * received, bit 5 may send). */
static inline void fm_uart_init(const struct fm_uart *u)
{
    u->base[1] = 0;
    u->base[3] = 3;
}

static inline void fm_uart_put(const struct fm_uart *u, char c)
{
    while ((u->base[5] & 0x20U) == 0U) {
    }
    u->base[0] = (uint8_t)c;
}

static inline int fm_uart_get(const struct fm_uart *u)
{
    return (u->base[5] & 1U) == 0U ? -1 : (int)u->base[0];
}

static inline void fm_uart_listen(const struct fm_uart *u)
{
    u->base[1] = 1;
}

static inline void fm_uart_clear(const struct fm_uart *u)
{
    (void)u;
}

#endif

#endif
