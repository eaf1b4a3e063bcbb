/* SPDX-License-Identifier: Apache-2.0 */
/* Every command, for the table in main.c. Each returns the exit status. */
#ifndef FM_HOST_CLI_CMDS_H
#define FM_HOST_CLI_CMDS_H

#include "host/cli/cli.h"

int cmd_key_new(const struct args *a);
int cmd_key_list(const struct args *a);
int cmd_key_show(const struct args *a);
int cmd_init(const struct args *a);
int cmd_cell_new(const struct args *a);
int cmd_cell_add(const struct args *a);
int cmd_open(const struct args *a);
int cmd_grant(const struct args *a);
int cmd_delegate(const struct args *a);
int cmd_attenuate(const struct args *a);
int cmd_drop(const struct args *a);
int cmd_revoke(const struct args *a);
int cmd_lift(const struct args *a);
int cmd_transfer(const struct args *a);
int cmd_invoke(const struct args *a);
int cmd_set(const struct args *a);
int cmd_seal(const struct args *a);
int cmd_unseal(const struct args *a);
int cmd_fix(const struct args *a);
int cmd_destroy(const struct args *a);
int cmd_event(const struct args *a);
int cmd_rotate(const struct args *a);
int cmd_dir_bind(const struct args *a);
int cmd_dir_unbind(const struct args *a);
int cmd_dir_lookup(const struct args *a);
int cmd_dir_list(const struct args *a);
int cmd_show_head(const struct args *a);
int cmd_show_cell(const struct args *a);
int cmd_show_caps(const struct args *a);
int cmd_show_receipt(const struct args *a);
int cmd_show_metrics(const struct args *a);
int cmd_prove(const struct args *a);
int cmd_verify(const struct args *a);
int cmd_checkpoint(const struct args *a);
int cmd_ship(const struct args *a);
int cmd_thaw(const struct args *a);
int cmd_replay(const struct args *a);
int cmd_bench(const struct args *a);
int cmd_recall(const struct args *a);
int cmd_completion(const struct args *a);
int cmd_manual(const struct args *a);

/* help.c: every command; those of a group ("token"), false if there is none; one with its options. */
void help_all(void);
bool help_group(const char *group);
void help_command(const struct command *c);

#endif
