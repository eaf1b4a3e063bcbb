/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pack/pack.h"

static const char usage[] =
    "pack --profile aarch64|riscv64 SYSTEM.system [--caps FILE] [--search DIR]...\n"
    "     [--kernel ELF --root ELF --loader ELF -o IMAGE] [--report FILE] [--plan FILE]\n";

_Noreturn void refuse(struct where at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (at.file != NULL) {
        fprintf(stderr, "%s:%u: ", at.file, at.line);
    } else {
        fprintf(stderr, "pack: ");
    }
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    exit(1);
}

bool profile_is_arm(const struct system *s)
{
    return s->profile == 1U;
}

void *grow(void *table, unsigned n, size_t each)
{
    void *p = (n & (n - 1U)) == 0U ? realloc(table, (n == 0U ? 1U : 2U * (size_t)n) * each) : table;

    if (p == NULL) {
        refuse((struct where){NULL, 0}, "out of memory");
    }
    return p;
}

uint8_t *file_read(const char *path, size_t *size, struct where at)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data;
    long n;

    if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0) {
        refuse(at, "cannot read %s", path);
    }
    rewind(f);
    data = malloc((size_t)n + 1U);
    if (data == NULL || fread(data, 1, (size_t)n, f) != (size_t)n) {
        refuse(at, "cannot read %s", path);
    }
    fclose(f);
    data[n] = 0;
    *size = (size_t)n;
    return data;
}

static void file_write(const char *path, const uint8_t *data, size_t n)
{
    FILE *f = fopen(path, "wb");

    if (f == NULL || fwrite(data, 1, n, f) != n || fclose(f) != 0) {
        refuse((struct where){NULL, 0}, "cannot write %s", path);
    }
}

struct options {
    const char *system, *caps, *kernel, *root, *loader, *image, *report, *plan, *profile;
    const char *search[16];
    unsigned searches;
};

static void parse(struct options *o, int argc, char **argv)
{
    static const char *const names[] = {"--caps",   "--kernel", "--root",    "--loader", "-o",
                                        "--report", "--plan",   "--profile", "--search"};
    const char **const places[] = {&o->caps,   &o->kernel, &o->root,    &o->loader, &o->image,
                                   &o->report, &o->plan,   &o->profile, NULL};

    for (int i = 1; i < argc; i++) {
        unsigned k = 0;

        while (k < 9U && strcmp(argv[i], names[k]) != 0) {
            k++;
        }
        if (k == 9U && argv[i][0] != '-' && o->system == NULL) {
            o->system = argv[i];
        } else if (k == 9U || i + 1 == argc) {
            fputs(usage, stderr);
            exit(2);
        } else if (places[k] != NULL) {
            *places[k] = argv[++i];
        } else if (o->searches < 16U) {
            o->search[o->searches++] = argv[++i];
        }
    }
    if (o->system == NULL || o->profile == NULL ||
        (strcmp(o->profile, "aarch64") != 0 && strcmp(o->profile, "riscv64") != 0)) {
        fputs(usage, stderr);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct options o = {0};
    struct system *s = calloc(1, sizeof *s);
    struct plan_out *out = calloc(1, sizeof *out);
    size_t bytes;
    uint8_t *plan;

    if (s == NULL || out == NULL) {
        return 1;
    }
    parse(&o, argc, argv);
    s->profile = strcmp(o.profile, "aarch64") == 0 ? 1U : 2U;
    system_read(s, o.system);
    if (o.caps != NULL) {
        caps_read(s, o.caps);
    }
    check_system(s);
    load_images(s, o.search, o.searches);
    layout(s, out);
    plan = emit(s, out, &bytes);
    if (o.report != NULL) {
        FILE *f = strcmp(o.report, "-") == 0 ? stdout : fopen(o.report, "w");

        if (f == NULL) {
            refuse((struct where){NULL, 0}, "cannot write %s", o.report);
        }
        report(s, out, f);
        if (f != stdout) {
            fclose(f);
        }
    }
    if (o.plan != NULL) {
        file_write(o.plan, plan, bytes);
    }
    if (o.image != NULL) {
        if (o.kernel == NULL || o.root == NULL || o.loader == NULL) {
            fputs(usage, stderr);
            return 2;
        }
        image_write(s, plan, bytes, o.kernel, o.root, o.loader, o.image);
    }
    return 0;
}
