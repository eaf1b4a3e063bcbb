/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs an image in QEMU and judges its console. QEMU is ended in every case: when the closing TAP
 * line has come and the machine does not switch itself off, on a panic, at the deadline, and when this
 * program dies. Exit: 0 the plan is complete, nothing failed, everything needed was seen; 1 otherwise;
 * 2 wrong use.
 *
 *   qemu-run --arch aarch64|riscv64 [--timeout S] [--icount] [--need TEXT]... [--never TEXT]...
 *            [--until TEXT] [--send AFTER=TEXT] [--bios FILE] [--plain] [--quiet] IMAGE [-- QEMU ARGUMENTS]
 *
 * --plain: no TAP is expected, the machine has to switch itself off with success.
 * --until: ends well when TEXT appears, without a TAP plan.  --send: types TEXT when AFTER appears.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TEXTS 32
#define LINE 1024
#define GRACE_MS 3000
#define ARGS 96

struct text {
    const char *text;
    bool seen;
};

struct run {
    const char *arch, *image, *bios, *until, *after, *type;
    int timeout_s;
    bool icount, quiet, plain;
    struct text need[TEXTS], never[TEXTS];
    unsigned needs, nevers;
    char **extra;
    int extras;
    /* what was seen */
    char line[LINE];
    size_t used;
    unsigned passed, failed, planned;
    bool plan, panic, until_seen;
    int to_qemu;
};

static const char *const panics[] = {"PANIC",
                                     "Caught cap fault in send",
                                     "halting...",
                                     "seL4 called fail",
                                     "KERNEL DATA ABORT",
                                     "Kernel entry via"};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static _Noreturn void wrong_use(void)
{
    fputs("qemu-run --arch aarch64|riscv64 [--timeout S] [--icount] [--need TEXT]... [--never "
          "TEXT]...\n"
          "         [--until TEXT] [--send AFTER=TEXT] [--bios FILE] [--plain] [--quiet] IMAGE [-- "
          "QEMU ARGUMENTS]\n",
          stderr);
    exit(2);
}

static void add_text(struct text *list, unsigned *n, const char *text)
{
    if (*n == TEXTS) {
        wrong_use();
    }
    list[(*n)++].text = text;
}

static void on_send(struct run *r, char *v)
{
    char *equals = strchr(v, '=');

    if (equals == NULL) {
        wrong_use();
    }
    *equals = '\0';
    r->after = v;
    r->type = equals + 1;
}

static void parse(struct run *r, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *a = argv[i];

        if (strcmp(a, "--") == 0) {
            r->extra = argv + i + 1;
            r->extras = argc - i - 1;
            break;
        }
        if (strcmp(a, "--icount") == 0) {
            r->icount = true;
        } else if (strcmp(a, "--plain") == 0) {
            r->plain = true;
        } else if (strcmp(a, "--quiet") == 0) {
            r->quiet = true;
        } else if (a[0] != '-') {
            r->image = a;
        } else if (i + 1 == argc) {
            wrong_use();
        } else if (strcmp(a, "--arch") == 0) {
            r->arch = argv[++i];
        } else if (strcmp(a, "--timeout") == 0) {
            r->timeout_s = (int)strtol(argv[++i], NULL, 10);
        } else if (strcmp(a, "--need") == 0) {
            add_text(r->need, &r->needs, argv[++i]);
        } else if (strcmp(a, "--never") == 0) {
            add_text(r->never, &r->nevers, argv[++i]);
        } else if (strcmp(a, "--until") == 0) {
            r->until = argv[++i];
        } else if (strcmp(a, "--bios") == 0) {
            r->bios = argv[++i];
        } else if (strcmp(a, "--send") == 0) {
            on_send(r, argv[++i]);
        } else {
            wrong_use();
        }
    }
    if (r->image == NULL || r->arch == NULL ||
        (strcmp(r->arch, "aarch64") != 0 && strcmp(r->arch, "riscv64") != 0)) {
        wrong_use();
    }
}

static pid_t start(const struct run *r, int in, int out)
{
    static char device[600];
    const char *arg[ARGS];
    unsigned n = 0;
    bool arm = strcmp(r->arch, "aarch64") == 0;
    static const char *const arm_args[] = {"qemu-system-aarch64",
                                           "-machine",
                                           "virt,virtualization=on,gic-version=2",
                                           "-cpu",
                                           "cortex-a53",
                                           "-device",
                                           device};
    static const char *const common[] = {
        "-m",   "2G",         "-nodefaults", "-display",
        "none", "-serial",    "stdio",       "-monitor",
        "none", "-no-reboot", "-global",     "virtio-mmio.force-legacy=false"};

    snprintf(device, sizeof device, "loader,file=%s,addr=0x70000000,cpu-num=0", r->image);
    if (arm) {
        for (unsigned i = 0; i < sizeof arm_args / sizeof arm_args[0]; i++) {
            arg[n++] = arm_args[i];
        }
    } else {
        arg[n++] = "qemu-system-riscv64";
        arg[n++] = "-machine";
        arg[n++] = "virt";
        arg[n++] = "-kernel";
        arg[n++] = r->image;
        arg[n++] = "-bios";
        arg[n++] = r->bios == NULL ? "default" : r->bios;
    }
    for (unsigned i = 0; i < sizeof common / sizeof common[0]; i++) {
        arg[n++] = common[i];
    }
    if (r->icount) {
        arg[n++] = "-icount";
        arg[n++] = "shift=0,sleep=off";
        arg[n++] = "-rtc"; /* the clock device, too, runs on virtual time */
        arg[n++] = "clock=vm";
    }
    for (int i = 0; i < r->extras && n < ARGS - 1U; i++) {
        arg[n++] = r->extra[i];
    }
    arg[n] = NULL;

    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(127);
        }
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
        for (int f = 3; f < 64; f++) {
            close(f);
        }
        execvp(arg[0], (char *const *)(uintptr_t)arg);
        _exit(127);
    }
    return pid;
}

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

/* A console line that is not TAP becomes a comment, so that the whole output is TAP. */
static void show(const struct run *r)
{
    bool tap = begins(r->line, "ok ") || begins(r->line, "not ok ") || begins(r->line, "1..") ||
               begins(r->line, "#") || begins(r->line, "TAP version") ||
               begins(r->line, "Bail out!");

    if (!r->quiet && r->line[0] != '\0') {
        printf("%s%s\n", tap ? "" : "# ", r->line);
        fflush(stdout);
    }
}

static void judge(struct run *r)
{
    r->line[r->used] = '\0';
    r->used = 0;
    show(r);
    if (begins(r->line, "ok ")) {
        r->passed++;
    } else if (begins(r->line, "not ok ")) {
        r->failed++;
    } else if (begins(r->line, "1..")) {
        r->plan = true;
        r->planned = (unsigned)strtoul(r->line + 3, NULL, 10);
    }
    for (unsigned i = 0; i < sizeof panics / sizeof panics[0]; i++) {
        r->panic = r->panic || strstr(r->line, panics[i]) != NULL;
    }
    for (unsigned i = 0; i < r->needs; i++) {
        r->need[i].seen = r->need[i].seen || strstr(r->line, r->need[i].text) != NULL;
    }
    for (unsigned i = 0; i < r->nevers; i++) {
        r->never[i].seen = r->never[i].seen || strstr(r->line, r->never[i].text) != NULL;
    }
    r->until_seen = r->until_seen || (r->until != NULL && strstr(r->line, r->until) != NULL);
    if (r->after != NULL && strstr(r->line, r->after) != NULL) {
        if (write(r->to_qemu, r->type, strlen(r->type)) < 0 || write(r->to_qemu, "\n", 1) < 0) {
            printf("# qemu-run: cannot type: %s\n", strerror(errno));
        }
        r->after = NULL;
    }
}

static void feed(struct run *r, const char *bytes, ssize_t n)
{
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            judge(r);
        } else if (bytes[i] != '\r' && r->used < LINE - 1U) {
            r->line[r->used++] = bytes[i];
        }
    }
}

/* Reads the console until the end; returns why it ended. */
static const char *watch(struct run *r, int from)
{
    int64_t deadline = now_ms() + (int64_t)r->timeout_s * 1000;
    bool closing = false;
    char bytes[4096];

    for (;;) {
        struct pollfd p = {.fd = from, .events = POLLIN};
        int64_t left = deadline - now_ms();

        if (left <= 0) {
            return closing ? "done" : "deadline";
        }
        if (poll(&p, 1, (int)left) <= 0) {
            continue;
        }
        ssize_t n = read(from, bytes, sizeof bytes);

        if (n <= 0) {
            return "exit";
        }
        feed(r, bytes, n);
        if (r->panic) {
            return "panic";
        }
        if (!closing && (r->plan || r->until_seen)) {
            closing = true; /* the machine has a moment to switch itself off */
            deadline = now_ms() + (r->until_seen ? 0 : GRACE_MS);
        }
    }
}

static int verdict(struct run *r, const char *end, int status)
{
    int bad = 0;

    if (r->used != 0U) {
        judge(r);
    }
    for (unsigned i = 0; i < r->needs; i++) {
        if (!r->need[i].seen) {
            printf("# qemu-run: never seen: %s\n", r->need[i].text);
            bad = 1;
        }
    }
    for (unsigned i = 0; i < r->nevers; i++) {
        if (r->never[i].seen) {
            printf("# qemu-run: seen, and must not be: %s\n", r->never[i].text);
            bad = 1;
        }
    }
    if (r->panic || strcmp(end, "deadline") == 0) {
        printf("# qemu-run: ended by %s after %d s at most\n", end, r->timeout_s);
        bad = 1;
    }
    if (r->plain) {
        if (strcmp(end, "exit") != 0 || status != 0) {
            printf("# qemu-run: the machine did not switch itself off well: %s, status %d\n", end,
                   status);
            bad = 1;
        }
    } else if (r->until != NULL
                   ? !r->until_seen
                   : !r->plan || r->failed != 0U || r->passed == 0U || r->passed != r->planned) {
        printf("# qemu-run: %s: %u passed, %u failed, plan %u\n",
               r->plan || r->until != NULL ? "incomplete or failed" : "no TAP plan", r->passed,
               r->failed, r->planned);
        bad = 1;
    }
    return bad;
}

int main(int argc, char **argv)
{
    struct run r = {.timeout_s = 60};
    int in[2];
    int out[2];
    int status;

    parse(&r, argc, argv);
    if (pipe(in) != 0 || pipe(out) != 0) {
        perror("qemu-run");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    pid_t pid = start(&r, in[0], out[1]);

    if (pid < 0) {
        perror("qemu-run");
        return 1;
    }
    close(in[0]);
    close(out[1]);
    r.to_qemu = in[1];
    const char *end = watch(&r, out[0]);

    if (strcmp(end, "exit") != 0) {
        kill(pid, SIGKILL);
    }
    waitpid(pid, &status, 0);
    return verdict(&r, end, status);
}
