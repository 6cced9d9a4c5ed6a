#include "loop_binance.h"
#include "test.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PACE_MS   4
#define A_FEW     10
#define FRAME_MAX 4096

#define LIST_HEAD                                                                                            \
    "{\"timezone\":\"UTC\",\"serverTime\":1700000000000,\"futuresType\":\"U_MARGINED\",\"rateLimits\":[],"   \
    "\"exchangeFilters\":[],\"assets\":[],\"symbols\":["
#define SYMBOL(name, base, tick, step, status)                                                                                \
    "{\"symbol\":\"" name "\",\"pair\":\"" name                                                                               \
    "\",\"contractType\":\"PERPETUAL\",\"deliveryDate\":4133404800000,"                                                       \
    "\"onboardDate\":1569398400000,\"status\":\"" status                                                                      \
    "\",\"maintMarginPercent\":\"2.5\",\"requiredMarginPercent\":\"5\","                                                      \
    "\"baseAsset\":\"" base "\",\"quoteAsset\":\"USDT\",\"marginAsset\":\"USDT\",\"pricePrecision\":2,"                       \
    "\"quantityPrecision\":3,\"baseAssetPrecision\":8,\"quotePrecision\":8,\"underlyingType\":\"COIN\","                      \
    "\"underlyingSubType\":[\"PoW\"],\"triggerProtect\":\"0.05\",\"liquidationFee\":\"0.0125\",\"marketTakeBound\":\"0.05\"," \
    "\"filters\":[{\"minPrice\":\"0.10\",\"maxPrice\":\"4529764\",\"filterType\":\"PRICE_FILTER\",\"tickSize\":\"" tick       \
    "\"},"                                                                                                                    \
    "{\"stepSize\":\"" step "\",\"filterType\":\"LOT_SIZE\",\"maxQty\":\"1000\",\"minQty\":\"" step "\"}],"                   \
    "\"orderTypes\":[\"LIMIT\"],\"timeInForce\":[\"GTC\"]}"
#define LIST(tick, status)                                                                                   \
    LIST_HEAD SYMBOL("BTCUSDT", "BTC", tick, "0.001", status) "," SYMBOL(                                    \
        "ETHUSDT", "ETH", "0.01", "0.001", "TRADING") "," SYMBOL("BTCUSDC", "BTC", "0.10", "0.001",          \
                                                                 "TRADING") "]}"

static const char instruments[] = LIST("0.10", "TRADING"), finer_instruments[] = LIST("0.05", "TRADING"),
                  halted_instruments[] = LIST("0.05", "BREAK");
static const char funding[] =
    "[{\"symbol\":\"ETHUSDT\",\"adjustedFundingRateCap\":\"0.02\","
    "\"adjustedFundingRateFloor\":\"-0.02\",\"fundingIntervalHours\":4,\"disclaimer\":false}]";

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* --- REST ---------------------------------------------------------------------------------------------------------- */

static bool misbehave(struct loop_conn *c, int status, const char *headers)
{
    static const char body[] = "{\"code\":-1003,\"msg\":\"no\"}";
    if (status < 0) {
        loop_hold(c);
    } else if (status > 0) {
        loop_answer(c, status, headers, body, sizeof body - 1);
    }
    return status != 0;
}

static void get_depth(struct loop_binance *b, struct loop_conn *c)
{
    char body[512], used[48];
    int nth = atomic_fetch_add(&b->depth_requests, 1);
    if (nth < 16) {
        atomic_store(&b->depth_at_ns[nth], now_ns());
    }
    if (atomic_load(&b->depth_failures) > 0) {
        atomic_fetch_sub(&b->depth_failures, 1);
        if (misbehave(c, atomic_load(&b->depth_status), b->depth_headers)) {
            return;
        }
    }
    int n = snprintf(body, sizeof body,
                     "{\"lastUpdateId\":%llu,\"E\":1700000000000,\"T\":1700000000000,"
                     "\"bids\":[[\"64000.10\",\"1.500\"],[\"64000.00\",\"2.000\"]],"
                     "\"asks\":[[\"64000.20\",\"0.500\"],[\"64000.30\",\"3.000\"]]}",
                     (unsigned long long)atomic_load(&b->update_id));
    snprintf(used, sizeof used, "X-MBX-USED-WEIGHT-1M: %d\r\n", b->used_weight > 0 ? b->used_weight : 21);
    loop_answer(c, 200, used, body, (size_t)n);
}

static void on_get(void *user, struct loop_conn *c, const char *path)
{
    struct loop_binance *b = user;
    static const char premium[] =
        "{\"symbol\":\"BTCUSDT\",\"markPrice\":\"64000.15000000\",\"indexPrice\":\"64001.00000000\","
        "\"estimatedSettlePrice\":\"64000.0\",\"lastFundingRate\":\"0.00010000\","
        "\"interestRate\":\"0.00010000\",\"nextFundingTime\":1700006400000,\"time\":1700000000000}";
    static const char interest[] =
        "{\"openInterest\":\"81234.500\",\"symbol\":\"BTCUSDT\",\"time\":1700000000000}";
    if (strncmp(path, "/fapi/v1/exchangeInfo", 21) == 0) {
        atomic_fetch_add(&b->list_requests, 1);
        if (!misbehave(c, atomic_load(&b->list_status), NULL)) {
            const char *list = atomic_load(&b->is_halted)  ? halted_instruments
                               : atomic_load(&b->is_finer) ? finer_instruments
                                                           : instruments;
            loop_answer(c, 200, NULL, list, strlen(list));
        }
    } else if (strncmp(path, "/fapi/v1/fundingInfo", 20) == 0 && !atomic_load(&b->is_without_funding)) {
        loop_answer(c, 200, NULL, funding, sizeof funding - 1);
    } else if (strncmp(path, "/fapi/v1/time", 13) == 0 && b->clock_ahead_ms != 0) {
        struct timespec t;
        char body[64];
        clock_gettime(CLOCK_REALTIME, &t);
        int n = snprintf(body, sizeof body, "{\"serverTime\":%lld}",
                         (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000 + b->clock_ahead_ms);
        loop_answer(c, 200, NULL, body, (size_t)n);
    } else if (strncmp(path, "/fapi/v1/depth", 14) == 0) {
        get_depth(b, c);
    } else if (strncmp(path, "/fapi/v1/premiumIndex", 21) == 0) {
        atomic_fetch_add(&b->premium_requests, 1);
        loop_answer(c, 200, NULL, premium, sizeof premium - 1);
    } else if (strncmp(path, "/fapi/v1/openInterest", 21) == 0) {
        atomic_fetch_add(&b->interest_requests, 1);
        if (!misbehave(c, atomic_load(&b->interest_status), NULL)) {
            loop_answer(c, 200, NULL, interest, sizeof interest - 1);
        }
    } else {
        loop_answer(c, 404, NULL, "{}", 2);
    }
}

/* --- streams ------------------------------------------------------------------------------------------------------- */

static size_t side_levels(char *buf, size_t size, int levels, int cents, unsigned u, int step)
{
    size_t n = 0;
    for (int i = 0; i < levels && n < size; i++, cents += step) {
        n += (size_t)snprintf(buf + n, size - n, "%s[\"%d.%02d\",\"1.%03u\"]", i ? "," : "", cents / 100,
                              cents % 100, (u + (unsigned)i) % 1000);
    }
    return n;
}

static size_t depth_frame(struct loop_binance *b, char *buf, size_t size)
{
    int levels = b->flood_levels > 0 ? b->flood_levels : 1;
    unsigned long long u = atomic_fetch_add(&b->update_id, 10) + 10;
    size_t n = (size_t)snprintf(
        buf, size,
        "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":1700000000000,"
        "\"T\":1700000000000,\"s\":\"BTCUSDT\",\"U\":%llu,\"u\":%llu,\"pu\":%llu,\"b\":[",
        u - 9, u, u - 10);
    n += side_levels(buf + n, size - n, levels, 6400010, (unsigned)(u / 10), -10);
    n += (size_t)snprintf(buf + n, size - n, "],\"a\":[");
    n += side_levels(buf + n, size - n, levels, 6400020, (unsigned)(u / 10), 10);
    return n + (size_t)snprintf(buf + n, size - n, "]}}");
}

static size_t market_frame(struct loop_binance *b, char *buf, size_t size)
{
    unsigned long long id = atomic_fetch_add(&b->frames, 1);
    if (id % 2 == 0 || atomic_load(&b->mute_marks) >= 0) {
        return (size_t)snprintf(
            buf, size,
            "{\"stream\":\"btcusdt@aggTrade\",\"data\":{\"e\":\"aggTrade\",\"E\":1700000000000,\"a\":%llu,"
            "\"s\":\"BTCUSDT\",\"p\":\"64000.10\",\"q\":\"0.010\",\"f\":%llu,\"l\":%llu,"
            "\"T\":1700000000000,\"m\":false}}",
            id, id, id);
    }
    return (size_t)snprintf(
        buf, size,
        "{\"stream\":\"btcusdt@markPrice@1s\",\"data\":{\"e\":\"markPriceUpdate\",\"E\":1700000000000,"
        "\"s\":\"BTCUSDT\",\"p\":\"64000.15000000\",\"i\":\"64001.00000000\",\"P\":\"64000.00000000\","
        "\"r\":\"0.00010000\",\"T\":1700006400000}}");
}

static size_t next_frame(struct loop_binance *b, bool is_public, char *buf, size_t size)
{
    return is_public ? depth_frame(b, buf, size) : market_frame(b, buf, size);
}

static bool send_pieces(struct loop_conn *c, const char *frame, size_t n)
{
    size_t third = n / 3;
    return loop_frame(c, LOOP_TEXT, false, frame, third) && loop_frame(c, LOOP_PING, true, "hi", 2) &&
           loop_frame(c, LOOP_CONT, false, frame + third, third) &&
           loop_frame(c, LOOP_CONT, true, frame + 2 * third, n - 2 * third);
}

static bool send_large(struct loop_conn *c, bool is_endless)
{
    enum { PIECE = 1 << 20 };
    char *piece = calloc(1, PIECE);
    bool is_up = piece && loop_frame(c, LOOP_TEXT, false, piece, PIECE);
    for (int i = 0; is_up && (is_endless || i < 8); i++) {
        is_up = loop_frame(c, LOOP_CONT, !is_endless && i == 7, piece, PIECE);
    }
    free(piece);
    return is_up;
}

/* One step of a connection that was subscribed; false: end it. */
static bool step(struct loop_binance *b, struct loop_conn *c, enum loop_manner manner, bool is_public,
                 int nth)
{
    char frame[FRAME_MAX];
    switch (manner) {
    case MANNER_MUTE: return true;
    case MANNER_GARBAGE:
        return loop_text(c, nth % 2 ? "{\"e\":\"depthUpdate\",\"s\":\"BTC" : "\xff\xfe not json at all");
    case MANNER_OVERSIZE:
    case MANNER_ENDLESS: return send_large(c, manner == MANNER_ENDLESS);
    case MANNER_STALL:
        if (nth >= A_FEW) {
            return true;
        }
        break;
    case MANNER_RESET:
        if (nth >= A_FEW) {
            loop_reset(c);
            return false;
        }
        break;
    case MANNER_CLOSE:
        if (nth >= A_FEW) {
            loop_frame(c, LOOP_CLOSE, true, "\x03\xe9going away", 12);
            return false;
        }
        break;
    default: break;
    }
    size_t n = next_frame(b, is_public, frame, sizeof frame);
    if (manner == MANNER_FRAGMENTS) {
        return send_pieces(c, frame, n);
    }
    return loop_frame(c, LOOP_TEXT, true, frame, n);
}

/* All of it is written before the first byte goes out, so that the sender is never what is measured. */
static bool flood(struct loop_binance *b, struct loop_conn *c, bool is_public)
{
    enum { HEAD = 4 };
    char *all = malloc((size_t)b->flood_n * (HEAD + FRAME_MAX));
    size_t used = 0;
    for (int i = 0; all && i < b->flood_n; i++) {
        char *at = all + used;
        size_t n = next_frame(b, is_public, at + HEAD, FRAME_MAX);
        at[0] = (char)0x81;
        at[1] = 126; /* all of them are longer than 125 bytes */
        at[2] = (char)(n >> 8);
        at[3] = (char)n;
        used += HEAD + n;
    }
    bool is_up = all && loop_bytes(c, all, used);
    free(all);
    atomic_fetch_add(&b->floods, 1);
    return is_up;
}

static void on_ws(void *user, struct loop_conn *c, const char *path)
{
    struct loop_binance *b = user;
    bool is_public = strncmp(path, "/public", 7) == 0;
    int index = atomic_fetch_add(is_public ? &b->public_conns : &b->market_conns, 1);
    enum loop_manner manner = MANNER_PLAY;
    if (index < LOOP_MANNERS_MAX) {
        manner = is_public ? b->public_manners[index] : b->market_manners[index];
    }
    bool is_subscribed = false;
    char message[16384];
    size_t n;
    int opcode = 0;
    for (int nth = 0; loop_receive(c, PACE_MS, message, sizeof message, &n, &opcode);) {
        if (n > 0 && opcode == LOOP_PONG) {
            atomic_fetch_add(&b->pongs, 1);
        } else if (n > 0 && opcode == LOOP_TEXT) {
            char ack[64];
            const char *id = strstr(message, "\"id\":");
            atomic_fetch_add(&b->messages, 1);
            snprintf(ack, sizeof ack, "{\"result\":null,\"id\":%lu}", id ? strtoul(id + 5, NULL, 10) : 0);
            loop_text(c, ack);
            is_subscribed = true;
            if (strncmp(message, "{\"method\":\"SUBSCRIBE\"", 21) == 0 && strstr(message, "markPrice")) {
                atomic_fetch_sub(&b->mute_marks, 1);
            }
            if (manner == MANNER_FLOOD && !flood(b, c, is_public)) {
                return;
            }
        }
        if (is_subscribed && !atomic_load(&b->is_paused) && !step(b, c, manner, is_public, nth++)) {
            return;
        }
    }
    if (opcode == LOOP_CLOSE) {
        atomic_fetch_add(&b->closes, 1);
        loop_frame(c, LOOP_CLOSE, true, "\x03\xe8", 2);
    }
}

static int refuse_ws(void *user, const char *path)
{
    struct loop_binance *b = user;
    (void)path;
    return atomic_load(&b->ws_status);
}

void loop_binance_start(struct loop_binance *b, SSL_CTX *tls, const char *host)
{
    struct loop_script script = {
        .on_get = on_get, .on_ws = on_ws, .refuse_ws = refuse_ws, .user = b, .tls = tls};
    atomic_store(&b->update_id, 1000000);
    b->server = loop_server_start(&script);
    snprintf(b->url, sizeof b->url, "%s://%s:%u", tls ? "https" : "http", host,
             (unsigned)loop_server_port(b->server));
}

void loop_binance_stop(struct loop_binance *b)
{
    loop_server_stop(b->server);
    b->server = NULL;
}
