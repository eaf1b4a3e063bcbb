/* SPDX-License-Identifier: Apache-2.0 */
/* The dregg profile as text and as facts. */
#include "biscuit/world.h"

#include <firmament/biscuit_profile.h>

static const char *const names[FM_BISCUIT_RIGHTS] = {"read",  "invoke", "write", "send", "grant",
                                                     "spawn", "notify", "mint",  "life", "admin"};

const char fm_biscuit_policies[] =
    "allow if resource($r), operation($o), right($r, $o);\n"
    "allow if operation($o), right_under($p, $o), $p.ends_with(\"/\"), resource($r), $r.starts_with($p);\n"
    "allow if operation($o), right_any($o);\n";

static size_t length(const char *s)
{
    size_t n = 0;

    while (s[n] != 0) {
        n++;
    }
    return n;
}

uint16_t fm_biscuit_action(const char *name, size_t n)
{
    for (uint32_t i = 0; i < FM_BISCUIT_RIGHTS; i++) {
        if (length(names[i]) == n && memcmp(names[i], name, n) == 0) {
            return (uint16_t)(1U << i);
        }
    }
    return 0;
}

const char *fm_biscuit_action_name(uint32_t i)
{
    FM_ASSERT(i < FM_BISCUIT_RIGHTS);
    return names[i];
}

/* ------------------------------------------------------------------------------------------ text */
static void quoted(struct fm_b_out *o, const struct fm_biscuit_text *t)
{
    fm_b_out_str(o, "\"");
    for (uint32_t i = 0; i < t->n; i++) {
        if (t->p[i] == '\n') {
            fm_b_out_str(o, "\\n");
            continue;
        }
        if (t->p[i] == '"' || t->p[i] == '\\') {
            fm_b_out_str(o, "\\");
        }
        fm_b_out_text(o, &t->p[i], 1);
    }
    fm_b_out_str(o, "\"");
}

static fm_err text_fault(const struct fm_biscuit_text *t, bool prefix)
{
    if (!fm_utf8_valid((const uint8_t *)t->p, t->n)) {
        return FM_E_TOKEN_UTF8;
    }
    return prefix && (t->n == 0 || t->p[t->n - 1U] != '/') ? FM_E_TOKEN_PREFIX : FM_OK;
}

static fm_err finish(struct fm_b_out *o, size_t *len)
{
    if (o->len == 0) {
        return FM_E_TOKEN_EMPTY;
    }
    if (o->len >= o->cap) {
        return FM_E_TOKEN_LENGTH;
    }
    *len = fm_b_out_end(o);
    return FM_OK;
}

static void grant(struct fm_b_out *o, const struct fm_biscuit_grant *g)
{
    static const char *const facts[3] = {"right(", "right_under(", "right_any("};

    for (uint32_t i = 0; i < FM_BISCUIT_RIGHTS; i++) {
        if ((g->rights >> i & 1U) == 0) {
            continue;
        }
        fm_b_out_str(o, facts[g->reach]);
        if (g->reach != FM_BISCUIT_RIGHT_ANY) {
            quoted(o, &g->resource);
            fm_b_out_str(o, ", ");
        }
        fm_b_out_str(o, "\"");
        fm_b_out_str(o, names[i]);
        fm_b_out_str(o, "\");\n");
    }
}

fm_err fm_biscuit_grant_code(const struct fm_biscuit_text *subject, const struct fm_biscuit_grant *grants, uint32_t n,
                             char *out, size_t cap, size_t *len)
{
    struct fm_b_out o = {out, cap, 0};

    for (uint32_t i = 0; i < n; i++) {
        if (grants[i].rights == 0 || (grants[i].rights & ~FM_RIGHTS_ALL) != 0) {
            return FM_E_TOKEN_ACTION;
        }
        fm_err err = grants[i].reach == FM_BISCUIT_RIGHT_ANY
                         ? FM_OK
                         : text_fault(&grants[i].resource, grants[i].reach == FM_BISCUIT_RIGHT_UNDER);
        if (err != FM_OK) {
            return err;
        }
    }
    if (subject != NULL) {
        if (text_fault(subject, false) != FM_OK) {
            return FM_E_TOKEN_UTF8;
        }
        fm_b_out_str(&o, "subject(");
        quoted(&o, subject);
        fm_b_out_str(&o, ");\n");
    }
    for (uint32_t i = 0; i < n; i++) {
        grant(&o, &grants[i]);
    }
    return finish(&o, len);
}

static void narrow_where(struct fm_b_out *o, const struct fm_biscuit_narrowing *w)
{
    const char *between = "check if ";

    if (w->nids > 0) {
        fm_b_out_str(o, between);
        fm_b_out_str(o, "resource($r), {");
        for (uint32_t i = 0; i < w->nids; i++) {
            fm_b_out_str(o, i > 0 ? ", " : "");
            quoted(o, &w->ids[i]);
        }
        fm_b_out_str(o, "}.contains($r)");
        between = " or ";
    }
    for (uint32_t i = 0; i < w->nprefixes; i++) {
        fm_b_out_str(o, between);
        fm_b_out_str(o, "resource($r), $r.starts_with(");
        quoted(o, &w->prefixes[i]);
        fm_b_out_str(o, ")");
        between = " or ";
    }
    fm_b_out_str(o, w->nids + w->nprefixes > 0 ? ";\n" : "");
}

static void narrow_actions(struct fm_b_out *o, uint16_t actions)
{
    const char *between = "check if operation($o), {";

    for (uint32_t i = 0; i < FM_BISCUIT_RIGHTS; i++) {
        if ((actions >> i & 1U) != 0) {
            fm_b_out_str(o, between);
            fm_b_out_str(o, "\"");
            fm_b_out_str(o, names[i]);
            fm_b_out_str(o, "\"");
            between = ", ";
        }
    }
    fm_b_out_str(o, actions != 0 ? "}.contains($o);\n" : "");
}

static void narrow_numbers(struct fm_b_out *o, const struct fm_biscuit_narrowing *w)
{
    if (w->has_until) {
        fm_b_out_str(o, "check if time($t), $t <= ");
        fm_b_print_date(o, w->until < FM_B_DATE_MAX ? w->until : FM_B_DATE_MAX);
        fm_b_out_str(o, ";\n");
    }
    if (w->has_max_amount) {
        fm_b_out_str(o, "reject if amount($a), $a > ");
        fm_b_out_u64(o, w->max_amount < INT64_MAX ? w->max_amount : INT64_MAX);
        fm_b_out_str(o, ";\n");
    }
    if (w->has_fields) {
        fm_b_out_str(o, "reject if field($f), $f < ");
        fm_b_out_u64(o, w->f_lo);
        fm_b_out_str(o, " or field($f), $f >= ");
        fm_b_out_u64(o, w->f_hi);
        fm_b_out_str(o, ";\n");
    }
    if (w->has_methods) {
        const char *between = "";
        fm_b_out_str(o, "reject if method($m)");
        fm_b_out_str(o, w->methods != 0 ? ", !{" : "");
        for (uint32_t i = 0; i < FM_METHODS; i++) {
            if ((w->methods >> i & 1U) != 0) {
                fm_b_out_str(o, between);
                fm_b_out_u64(o, i);
                between = ", ";
            }
        }
        fm_b_out_str(o, w->methods != 0 ? "}.contains($m);\n" : ";\n");
    }
}

fm_err fm_biscuit_narrow_code(const struct fm_biscuit_narrowing *w, char *out, size_t cap, size_t *len)
{
    struct fm_b_out o = {out, cap, 0};
    fm_err err = FM_OK;

    if ((w->actions & ~FM_RIGHTS_ALL) != 0) {
        return FM_E_TOKEN_ACTION;
    }
    for (uint32_t i = 0; i < w->nprefixes && err == FM_OK; i++) {
        err = text_fault(&w->prefixes[i], true);
    }
    for (uint32_t i = 0; i < w->nids && err == FM_OK; i++) {
        err = text_fault(&w->ids[i], false);
    }
    if (err != FM_OK) {
        return err;
    }
    narrow_where(&o, w);
    narrow_actions(&o, w->actions);
    narrow_numbers(&o, w);
    return finish(&o, len);
}

/* ----------------------------------------------------------------------------------------- facts */
static fm_err say_text(struct fm_biscuit_world *w, const char *name, const struct fm_biscuit_text *t)
{
    struct fm_biscuit_value v = {FM_BISCUIT_STRING, t->n, 0, t->p, 0};

    return t->p == NULL ? FM_OK : fm_biscuit_world_fact(w, name, &v, 1);
}

static fm_err say_number(struct fm_biscuit_world *w, const char *name, enum fm_biscuit_type type, uint64_t num)
{
    struct fm_biscuit_value v = {type, 0, num, NULL, 0};

    return fm_biscuit_world_fact(w, name, &v, 1);
}

fm_err fm_biscuit_ask(struct fm_biscuit_world *w, const struct fm_biscuit_question *q)
{
    struct fm_biscuit_text action = {NULL, 0};
    fm_err err;

    for (uint32_t i = 0; i < FM_BISCUIT_RIGHTS; i++) {
        if (q->action == 1U << i) {
            action = (struct fm_biscuit_text){names[i], (uint32_t)length(names[i])};
        }
    }
    if (q->action != 0 && action.p == NULL) {
        return FM_E_TOKEN_ACTION;
    }
    if (q->has_amount && q->amount > INT64_MAX) {
        return FM_E_TOKEN_AMOUNT; /* as the language's number it would be negative, and below every limit */
    }
    err = say_number(w, "time", FM_BISCUIT_DATE, q->time);
    err = err == FM_OK ? say_text(w, "operation", &action) : err;
    err = err == FM_OK ? say_text(w, "resource", &q->resource) : err;
    err = err == FM_OK ? say_text(w, "role", &q->role) : err;
    err = err == FM_OK ? say_text(w, "relation", &q->relation) : err;
    err = err == FM_OK ? say_text(w, "database", &q->database) : err;
    for (uint32_t i = 0; i < q->nattrs && err == FM_OK; i++) {
        struct fm_biscuit_value pair[2] = {{FM_BISCUIT_STRING, q->attrs[i].name.n, 0, q->attrs[i].name.p, 0},
                                           {FM_BISCUIT_STRING, q->attrs[i].value.n, 0, q->attrs[i].value.p, 0}};
        err = fm_biscuit_world_fact(w, "attr", pair, 2);
    }
    err = err == FM_OK && q->has_amount ? say_number(w, "amount", FM_BISCUIT_INTEGER, q->amount) : err;
    err = err == FM_OK && q->has_field ? say_number(w, "field", FM_BISCUIT_INTEGER, q->field) : err;
    return err == FM_OK && q->has_method ? say_number(w, "method", FM_BISCUIT_INTEGER, q->method) : err;
}
