#include "man_metrics.h"

#include <alphaplus/analytics/measure.h>
#include <alphaplus/analytics/params.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_COLUMNS 78

/* Words as a text line of mdoc: no backslash that escapes, no control character at its begin, a capital first if asked for. */
static void print_words(struct buf *out, const char *text, bool is_sentence)
{
    size_t column = 0;
    for (const char *c = text; *c; c++) {
        bool is_first = c == text;
        if (*c == ' ' && column + strcspn(c + 1, " ") >= LINE_MAX_COLUMNS) {
            buf_byte(out, '\n');
            column = 0;
            if (c[1] == '.' || c[1] == '\'')
                buf_text(out, "\\&");
            continue;
        }
        if (is_first && (*c == '.' || *c == '\''))
            buf_text(out, "\\&");
        if (*c == '\\')
            buf_text(out, "\\e");
        else
            buf_byte(out, is_first && is_sentence && *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
        column++;
    }
    buf_text(out, is_sentence ? ".\n" : "\n");
}

static void print_head(struct buf *out)
{
    buf_text(
        out,
        ".\\\" Made from the tables of the program: alphaplus man metrics.\n"
        ".Dd November 21, 2026\n"
        ".Dt ALPHAPLUS-METRICS 7\n"
        ".Os\n"
        ".Sh NAME\n"
        ".Nm alphaplus-metrics\n"
        ".Nd what AlphaPlus measures, and by which parameters\n"
        ".Sh DESCRIPTION\n"
        "Each figure that\n"
        ".Xr alphaplus 1\n"
        "publishes of an instrument has an id, which is its name in\n"
        ".Fl -json\n"
        "output and never changes its meaning, and a label on the screen.\n"
        "Windows count the engine's time, which is that of receipt.\n"
        "The unit\n"
        ".Ql usd\n"
        "is the quote currency,\n"
        ".Ql base\n"
        "the base currency,\n"
        ".Ql px\n"
        "a price,\n"
        ".Ql bps\n"
        "a hundredth of a percent,\n"
        ".Ql 1\n"
        "a plain number.\n"
        ".Pp\n"
        "A figure has a value or a state that says why there is none:\n"
        ".Bl -tag -width NO_DATAxx\n"
        ".It OK\n"
        "The value holds.\n"
        ".It DEGRADED\n"
        "The value is a bound, or a part of what it should cover was missing: at least this much.\n"
        ".It WARMUP\n"
        "Too little was seen so far.\n"
        ".It STALE\n"
        "It was right, and is old.\n"
        ".It NO_DATA\n"
        "There is nothing to compute it from, or the book is not true.\n"
        ".El\n"
        ".Pp\n"
        "An estimate has a standard error,\n"
        ".Ql se .\n"
        "Where\n"
        ".Ql ref\n"
        "stands, a figure is judged by quantiles that come with the program, because the instrument's own\n"
        "history is still too short.\n");
}

static void print_metrics(struct buf *out)
{
    static const char *const when[] = {[CADENCE_EVENT] = "at each event",
                                       [CADENCE_100MS] = "each 100 ms",
                                       [CADENCE_1S] = "each second",
                                       [CADENCE_ASKED] = "when asked for"};
    const struct metric_registry *r = metric_registry();
    buf_text(out, ".Sh METRICS\n.Bl -tag -width Ds\n");
    for (int i = 0; i < r->n; i++) {
        const struct metric_row *row = &r->rows[i];
        char facts[512];
        buf_printf(out, ".It Cm %s Pq %s\n", row->id, row->label);
        print_words(out, row->meaning, true);
        snprintf(facts, sizeof facts, "unit %s, range %s, window %s, %s%s", row->unit, row->range,
                 row->window, when[row->cadence], row->is_host ? ", of this machine" : "");
        print_words(out, facts, true);
        buf_text(out, "Source: ");
        print_words(out, row->source, false);
    }
    buf_text(out, ".El\n");
}

static void print_params(struct buf *out)
{
    int n;
    const struct param_row *rows = param_rows(&n);
    buf_text(
        out,
        ".Sh PARAMETERS\n"
        "They are set in the section\n"
        ".Ql [params]\n"
        "of the settings file, as\n"
        ".Ql id = number .\n"
        "A session's journal holds what was set, and its replay computes with that, whatever the settings\n"
        "say then.\n"
        ".Ql alphaplus doctor --params\n"
        "prints what is in force, and where it is from.\n"
        ".Bl -tag -width Ds\n");
    for (int i = 0; i < n; i++) {
        const struct param_row *row = &rows[i];
        char facts[512];
        buf_printf(out, ".It Cm %s\n", row->id);
        print_words(out, row->meaning, true);
        snprintf(facts, sizeof facts, "default %.15g, from %.15g to %.15g, unit %s", row->fallback, row->min,
                 row->max, row->unit);
        print_words(out, facts, true);
        buf_text(out, "Source: ");
        print_words(out, row->source, false);
    }
    buf_text(out, ".El\n");
}

int man_metrics(struct buf *ret_text)
{
    print_head(ret_text);
    print_metrics(ret_text);
    print_params(ret_text);
    buf_text(ret_text, ".Sh SEE ALSO\n"
                       ".Xr alphaplus 1 ,\n"
                       ".Xr alphaplus-journal 5\n");
    return ret_text->failed;
}
