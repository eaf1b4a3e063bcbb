# SPDX-License-Identifier: Apache-2.0
libs += stark_verify stark_prove
lib.stark_verify.srcs := lib/stark/field.c lib/stark/b3.c lib/stark/profile.c lib/stark/air.c lib/stark/air_public.c lib/stark/air_eval.c lib/stark/vkern_1.c lib/stark/vkern_pick_1.c \
	lib/stark/transcript.c lib/stark/dims.c lib/stark/verify.c \
	lib/stark/w1.c lib/stark/member.c lib/stark/member_verify.c lib/stark/paths.c lib/stark/rcpt.c lib/stark/agent.c \
	lib/stark/opened.c lib/stark/chain.c lib/stark/deleg.c lib/stark/agent_claim.c lib/stark/file.c
# And what these call of the rooms below, so that the archive is whole: nothing but memory functions is asked of a stranger.
stark_own := $(lib.stark_verify.srcs)
lib.stark_verify.srcs += lib/wire/cursor.c lib/core/cap.c
lib.stark_verify.deps := base
# Many lanes for the verifier; a program that wants them has vkern_pick_host.c among its sources.
libs += stark_verify_wide
lib.stark_verify_wide.srcs := lib/stark/vkern_4.c lib/stark/vkern_avx2.c lib/stark/vkern_avx512.c
lib.stark_verify_wide.deps := stark_verify
lib.stark_verify_wide.configs := host san gcc pic fuzz
flags.lib/stark/vkern_avx2.c.host := -mavx2
flags.lib/stark/vkern_avx512.c.host := -mavx2 -mavx512f -mavx512vl -mavx512dq -mprefer-vector-width=512
lib.stark_prove.srcs := lib/stark/air_fib.c \
	lib/stark/ext.c lib/stark/points.c lib/stark/ntt.c lib/stark/rows.c lib/stark/kern_4.c lib/stark/prove.c lib/stark/prove_work.c lib/stark/prove_open.c lib/stark/fib_trace.c \
	lib/stark/w1_trace.c lib/stark/member_trace.c lib/stark/paths_trace.c lib/stark/rcpt_trace.c \
	lib/stark/agent_trace.c lib/stark/air_wide.c lib/stark/poseidon2.c lib/stark/poseidon2_table.c lib/stark/poseidon2_trace.c
lib.stark_prove.deps := stark_verify
lib.stark_prove.srcs.host := lib/stark/kern_avx2.c lib/stark/kern_avx512.c lib/stark/kern_pick_host.c
lib.stark_prove.srcs.aarch64 := lib/stark/kern_pick_plain.c
lib.stark_prove.srcs.riscv64 := lib/stark/kern_pick_plain.c
flags.lib/stark/kern_avx2.c.host := -mavx2
flags.lib/stark/kern_avx512.c.host := -mavx2 -mavx512f -mavx512vl -mavx512dq -mprefer-vector-width=512
libs += stark_state
lib.stark_state.srcs := lib/stark/claims_put.c
lib.stark_state.deps := base crypto wire core stark_verify
# What builds a table or evaluates it once, at one point, and what only calls kernels: small counts, not fast.
$(foreach f,w1 air air_wide poseidon2 paths agent member profile dims air_public air_eval verify transcript rcpt air_fib \
	member_verify opened chain deleg agent_claim file field vkern_1,$(eval flags.lib/stark/$(f).c := -Oz))
flags.lib/stark/b3.c := -Os
# Nothing here is unwound through: tables for it would be a seventh of the verifier. Debuggers read .debug_frame. And of the
# memory functions it wants those that everyone has.
$(foreach f,$(stark_own),$(eval flags.$(f) += -fno-asynchronous-unwind-tables -fno-builtin-bcmp))
