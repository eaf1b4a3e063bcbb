/* SPDX-License-Identifier: Apache-2.0 */
/* The store over files: what only a log with a lie in it, a store of another version or too little
 * memory brings out. */
#include "host/store/store.h"
#include "tests/core/world.h"
#include "tests/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[64];

static void remove_store(const char *path)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", path);
    if (system(command) != 0) {
        abort();
    }
}

/* A store with one transfer in its log, whose receipt (and so its frame) was changed before it was written. */
static void store_with_lie(const struct host_config *config, const struct fm_params *params,
                           bool lie)
{
    static struct host_store s;
    struct fm_run *run = calloc(1, sizeof *run);
    struct fm_turn *turn = calloc(1, sizeof *turn);
    struct fm_sealed *sealed = calloc(1, sizeof *sealed);
    struct host_error e = {.text = ""};
    struct fm_turn_maker m;
    struct fm_run_env env;
    struct fm_batch batch;
    struct actor treasury;
    uint8_t salt[32] = {9};
    uint8_t wire[FM_TURN_BYTES_MAX];
    size_t n;
    fm_err err;

    actor_keys(&treasury, 7);
    err = host_store_create(dir, config, params, treasury.pk, salt, &e);
    if (err == FM_OK) {
        err = host_store_open(&s, dir, config, HOST_REPLAY, NULL, NULL, NULL, &e);
    }
    if (err == FM_OK) {
        err = host_store_begin(&s, 5, &batch, &e);
    }
    if (err != FM_OK || run == NULL || turn == NULL || sealed == NULL) {
        tap_note_text("store", e.text);
        abort();
    }
    fm_turn_begin(&m, wire, sizeof wire, s.state.top.ledger, s.state.cells[1].header.id, 0, 0,
                  FM_NEVER);
    fm_turn_self(&m);
    fm_turn_event(&m, 2, (const uint8_t *)"hi");
    n = fm_turn_finish(&m) != 0 ? fm_turn_sign(&m, treasury.sk) : 0;
    if (fm_turn_decode(turn, wire, n, NULL) != FM_OK) {
        abort();
    }
    fm_state_env(&s.state, batch.now, &env);
    fm_drive_signed(run, &s.state, &env, turn);
    fm_state_seal(&s.state, run, &batch, sealed);
    if (lie) {
        sealed->receipt.rest.events_hash[0] ^= 1U;
    }
    host_store_add(&s, turn, sealed);
    TAP_EQ(host_store_commit(&s, &e), FM_OK,
           lie ? "HST0001 a log with a lie" : "HST0002 a log without one");
    host_store_close(&s);
    free(run);
    free(turn);
    free(sealed);
}

static fm_err reopen(const struct host_config *config, enum host_audit audit)
{
    static struct host_store s;
    struct host_error e = {.text = ""};
    fm_err err = host_store_open(&s, dir, config, audit, NULL, NULL, NULL, &e);

    if (err == FM_OK) {
        host_store_close(&s);
    }
    return err;
}

static void test_version(void)
{
    struct fm_super super = {.counter = 1, .log_bytes = 512};
    uint8_t sector[FM_SECTOR_BYTES];
    struct fm_why why = {FM_OK, 0, "", 0, 0};

    fm_super_encode(&super, sector);
    for (uint8_t version = FM_STORE_VERSION - 1U; version <= FM_STORE_VERSION + 1U; version += 2U) {
        sector[16] = version;
        fm_hash(FM_H_SECTOR, sector, 480, sector + 480);
        TAP_OK(fm_super_decode(&super, sector, &why) == FM_E_STORE_VERSION && why.expected == FM_STORE_VERSION &&
                   why.got == version,
               "HST0003 STORE_VERSION: an older and a newer version's superblock");
    }
}

static void test_sizes(const struct fm_params *params)
{
    struct host_config config;
    struct host_error e = {.text = ""};
    struct fm_state *state = calloc(1, sizeof *state);
    struct fm_arena arena = {(uint8_t *)&config, sizeof config, 0};
    uint8_t key[32] = {1};

    host_config_default(&config, 64);
    TAP_EQ(fm_state_init(state, &config.state, &arena), FM_E_NO_SPACE,
           "HST0004 NO_SPACE: an arena too small");
    config.log_bytes = 4096;
    TAP_EQ(host_store_create(dir, &config, params, key, key, &e), FM_E_STORE_GEOMETRY,
           "HST0005 STORE_GEOMETRY: a log too small");
    host_config_default(&config, 2);
    TAP_EQ(host_store_create(dir, &config, params, key, key, &e), FM_E_FULL,
           "HST0006 FULL: no room for genesis");
    free(state);
}

int main(void)
{
    struct host_config config;
    struct fm_params params;

    snprintf(dir, sizeof dir, "build/test/hoststore.%d", (int)getpid());
    host_config_default(&config, 64);
    config.log_bytes = 8U << 20;
    fm_params_default(&params);
    test_version();
    test_sizes(&params);
    remove_store(dir);
    store_with_lie(&config, &params, true);
    TAP_EQ(reopen(&config, HOST_AUDIT), FM_E_NOT_REPLAYED,
           "HST0007 NOT_REPLAYED: running the turn again shows the lie");
    remove_store(dir);
    store_with_lie(&config, &params, false);
    TAP_EQ(reopen(&config, HOST_REPLAY), FM_OK, "HST0008 replayed");
    TAP_EQ(reopen(&config, HOST_AUDIT), FM_OK, "HST0009 and run again");
    remove_store(dir);
    return tap_done();
}
