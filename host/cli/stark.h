/* SPDX-License-Identifier: Apache-2.0 */
/* STARK proofs about a ledger: files that a stranger checks with a root or a receipt's hash and nothing else. */
#ifndef FM_HOST_CLI_STARK_H
#define FM_HOST_CLI_STARK_H

#include "host/cli/cli.h"
#include "stark/agent_claim.h"
#include "stark/deleg.h"
#include "stark/file.h"
#include "stark/rcpt.h"

#define STARK_FILE_MAX (1U << 20)

/* What a proof is made from: a claim that was written, a statement and its trace. */
struct stark_job {
    enum fm_stark_kind kind;
    unsigned profile;
    unsigned threads;
    uint8_t claim[16384];
    size_t claim_bytes;
    const struct fm_stark_statement *st;
    fm_err (*trace)(const struct stark_job *job, uint32_t *out);
    const void *of; /* trace's own */
};

/* --profile: P100 (default), P128, U100 or P100F; --threads: 1 (default) to 64. False after an error was printed. */
bool stark_options(const struct args *a, struct stark_job *job);
/* --out. 0, or an exit status after an error was printed. */
int stark_out(const struct args *a, const char **path);
/* Proves, verifies what was made, writes the file and says how long it took. */
int stark_prove(const struct stark_job *job, const char *path);
/* Whether the file begins with the magic. */
bool stark_is_proof(const uint8_t *bytes, size_t n);
/* Checks a file's bytes against --root or --receipt, and says what was shown. */
int stark_verify(const struct args *a, const uint8_t *bytes, size_t n);

int cmd_prove_member(const struct args *a);
int cmd_prove_chain(const struct args *a);
int cmd_prove_receipts(const struct args *a);
int cmd_prove_delegation(const struct args *a);

#endif
