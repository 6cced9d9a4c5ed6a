/* Hyperliquid: what to subscribe to, what to ask for, and the answers. All is asked by POST to one path. */
#include "hyperliquid.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t kind;
} channels[] = {
    {"l2Book", EVENT_DEPTH_SNAPSHOT},
    {"bbo", EVENT_QUOTE},
    {"trades", EVENT_TRADE},
    {"activeAssetCtx", EVENT_MARK},
};
enum { CHANNEL_COUNT = sizeof(channels) / sizeof(channels[0]) };

/* --- streams ------------------------------------------------------------------------------------------------------- */

/* A stream is "channel:coin". */
void hyperliquid_plan(const struct instrument *list, size_t n, struct venue_plan *ret_plan)
{
    struct venue_plan *plan = ret_plan;
    memset(plan, 0, sizeof(*plan));
    n = n > INSTRUMENT_MAX ? INSTRUMENT_MAX : n;
    if (n == 0) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < CHANNEL_COUNT; k++) {
            (void)venue_plan_add(plan, channels[k].kind, "%s:%s", channels[k].name, list[i].symbol);
        }
    }
    plan->conn_n = 1;
    plan->conns[0] = (struct venue_conn){.path = "/ws", .n = plan->stream_n};
}

static bool is_word(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)text[i]) && (text[i] == '\0' || strchr("-_./", text[i]) == NULL)) {
            return false;
        }
    }
    return n > 0;
}

/* One stream a message: with more it is too big, whatever the size. */
int hyperliquid_subscribe(char *buf, size_t size, const char (*streams)[VENUE_STREAM_MAX], size_t n,
                          uint64_t id, int is_unsubscribe)
{
    (void)id;
    if (n != 1) {
        return n > 1 ? AP_ETOOBIG : AP_EINVAL;
    }
    size_t name_n = strnlen(streams[0], VENUE_STREAM_MAX);
    const char *colon = memchr(streams[0], ':', name_n);
    size_t channel_n = colon != NULL ? (size_t)(colon - streams[0]) : 0;
    if (colon == NULL || !is_word(streams[0], channel_n) || !is_word(colon + 1, name_n - channel_n - 1)) {
        return AP_EINVAL;
    }
    int used = snprintf(buf, size,
                        "{\"method\":\"%s\",\"subscription\":{\"type\":\"%.*s\",\"coin\":\"%.*s\"}}",
                        is_unsubscribe ? "unsubscribe" : "subscribe", (int)channel_n, streams[0],
                        (int)(name_n - channel_n - 1), colon + 1);
    return used > 0 && (size_t)used < size ? used : AP_ETOOBIG;
}

/* --- requests ------------------------------------------------------------------------------------------------------ */

/* Mark, funding and open interest come by stream, and so does every whole book. */
int hyperliquid_rest_path(enum venue_rest what, const struct instrument *in, char *buf, size_t size,
                          int *ret_weight)
{
    static const char path[] = "/info";
    (void)in;
    if (what != REST_INSTRUMENTS) {
        return AP_EUNSUPPORTED;
    }
    if (size < sizeof(path)) {
        return AP_ETOOBIG;
    }
    memcpy(buf, path, sizeof(path));
    if (ret_weight != NULL) {
        *ret_weight = 20;
    }
    return 0;
}

int hyperliquid_rest_body(enum venue_rest what, const struct instrument *in, char *buf, size_t size)
{
    static const char body[] = "{\"type\":\"meta\"}";
    (void)in;
    if (what != REST_INSTRUMENTS) {
        return AP_EUNSUPPORTED;
    }
    if (size < sizeof(body)) {
        return AP_ETOOBIG;
    }
    memcpy(buf, body, sizeof(body));
    return (int)sizeof(body) - 1;
}

/* --- answers ------------------------------------------------------------------------------------------------------- */

int hyperliquid_decode_rest(struct decoder *d, enum venue_rest what, const struct instrument *in,
                            const char *bytes, size_t n, struct event_buf *out)
{
    struct hyperliquid_frame frame;
    struct fields book;
    char buf[FIELD_TEXT_MAX];
    const char *coin;
    size_t coin_n;
    if (what != REST_SNAPSHOT) {
        return AP_EUNSUPPORTED;
    }
    int err = n > FRAME_BYTES_MAX ? AP_ETOOBIG : hyperliquid_read(bytes, n, &frame);
    if (err != 0) {
        return err < 0 ? err : AP_ESYNTAX;
    }
    if (!hyperliquid_is(&frame, "l2Book") || fields_of(&frame.data, &hyperliquid_book, &book) < 0) {
        return AP_ESYNTAX;
    }
    if (in == NULL && fields_text(&book, BOOK_coin, buf, &coin, &coin_n) == 0) {
        in = decoder_find(d, coin, coin_n);
    }
    if (in == NULL || !fields_is(&book, BOOK_coin, in->symbol)) {
        return AP_EINVAL;
    }
    return hyperliquid_put_book(&book, in, out);
}

/* Prices have at most 6 - szDecimals decimals and five digits that count: their step moves with the price, so the finest is it. */
static bool read_coin(const json_t *coin, struct instrument *ret_in)
{
    const char *name = json_string_value(json_object_get(coin, "name"));
    const json_t *size = json_object_get(coin, "szDecimals");
    struct instrument in = hyperliquid_instrument();
    in.mark_decimals = 8;
    in.rate_decimals = 12;
    in.trading = !json_is_true(json_object_get(coin, "isDelisted"));
    if (name == NULL || strlen(name) >= sizeof(in.base) || !json_is_integer(size) ||
        json_integer_value(size) < 0 || json_integer_value(size) > HYPERLIQUID_DECIMALS) {
        return false;
    }
    memcpy(in.symbol, name, strlen(name) + 1);
    memcpy(in.base, name, strlen(name) + 1);
    in.qty_decimals = (uint8_t)json_integer_value(size);
    in.price_decimals = (uint8_t)(HYPERLIQUID_DECIMALS - in.qty_decimals);
    if (instrument_check(&in) < 0) {
        return false;
    }
    *ret_in = in;
    return true;
}

/* The answer to "meta", or to "metaAndAssetCtxs", which begins with it. */
int hyperliquid_read_instruments(const char *bytes, size_t n,
                                 void (*found)(void *user, const struct instrument *in), void *user)
{
    json_error_t unused;
    json_t *coin;
    size_t i;
    int count = 0;
    if (n > VENUE_LIST_MAX) {
        return AP_ETOOBIG;
    }
    json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &unused);
    const json_t *meta = json_is_array(root) ? json_array_get(root, 0) : root;
    const json_t *universe = json_object_get(meta, "universe");
    if (!json_is_array(universe)) {
        json_decref(root);
        return root != NULL ? AP_ETYPE : AP_ESYNTAX;
    }
    json_array_foreach(universe, i, coin)
    {
        struct instrument in;
        if (read_coin(coin, &in)) {
            found(user, &in);
            count++;
        }
    }
    json_decref(root);
    return count;
}
