# SPDX-License-Identifier: Apache-2.0
# Domains that test: they speak TAP, or misbehave on purpose.
tap.domain := tests/tap.c tests/pd/tap_domain.c

domains += stray prober

domain.stray.srcs := tests/pd/stray/stray.c
domain.stray.base := 0x21000000
domain.prober.srcs := tests/pd/prober/prober.c $(tap.domain)
domain.prober.base := 0x22000000

domains += villain watcher killer dma spender_server spender_client
domain.villain.srcs := tests/pd/villain/villain.c
domain.villain.srcs.aarch64 := tests/pd/villain/aarch64/privileged.c
domain.villain.srcs.riscv64 := tests/pd/villain/riscv64/privileged.c
domain.villain.base := 0x23000000
domain.watcher.srcs := tests/pd/watcher/watcher.c $(tap.domain)
domain.watcher.base := 0x24000000
domain.killer.srcs := tests/pd/killer/killer.c
domain.killer.base := 0x25000000
domain.dma.srcs := tests/pd/dma/dma.c $(tap.domain)
domain.dma.base := 0x26000000
domain.spender_server.srcs := tests/pd/spender/server.c
domain.spender_server.base := 0x27000000
domain.spender_client.srcs := tests/pd/spender/client.c $(tap.domain)
domain.spender_client.base := 0x27800000

domains += clock
domain.clock.srcs := tests/pd/clock/clock.c
domain.clock.base := 0x28000000

domains += errs
domain.errs.srcs := tests/pd/errs/errs.c $(tap.domain)
domain.errs.base := 0x29000000

domains += asker
domain.asker.srcs := tests/pd/stark/asker.c $(tap.domain)
domain.asker.libs := core crypto wire stark_verify
domain.asker.base := 0x2a000000

domains += rng_client rng_witness
domain.rng_client.srcs := tests/pd/rng/client.c $(tap.domain)
domain.rng_client.base := 0x2b000000
domain.rng_witness.srcs := tests/pd/rng/witness.c
domain.rng_witness.base := 0x2b800000
domains += rng_device rng_caller
domain.rng_device.srcs := tests/pd/rng/device.c $(tap.domain)
domain.rng_device.base := 0x2c000000
domain.rng_caller.srcs := tests/pd/rng/caller.c
domain.rng_caller.base := 0x2c800000
