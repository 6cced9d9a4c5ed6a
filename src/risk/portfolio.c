#include <alphaplus/risk/portfolio.h>

#include <alphaplus/base/hash.h>
#include <alphaplus/base/text.h>
#include <alphaplus/risk/margin.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CONTRACT_MAX = INSTRUMENT_MAX + POSITION_MAX };

/* An instrument, as far as it matters here. */
struct contract {
    char name[INSTRUMENT_NAME_MAX];
    char settle[ASSET_MAX]; /* "" when not known */
    double mark;            /* 0: not known */
    double size;            /* of an inverse contract; 0: not known */
    uint8_t has_kind;       /* is_inverse is known */
    uint8_t is_inverse;
    uint8_t tier_n;
    struct margin_tier tiers[MARGIN_TIER_MAX];
};

struct portfolio {
    size_t account_n, position_n, contract_n;
    struct account accounts[ACCOUNT_MAX];
    struct position positions[POSITION_MAX];
    struct contract contracts[CONTRACT_MAX];
};

/* What a position is worth at mark, in its margin asset. */
struct worth {
    bool is_priced; /* mark and kind are known, and the account's currency fits */
    bool has_tiers; /* and so is the maintenance margin */
    bool is_inverse;
    double value; /* size at mark */
    double upnl;
    double maintenance;
};

int portfolio_create(struct portfolio **ret_portfolio)
{
    struct portfolio *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        return AP_ENOMEM;
    }
    *ret_portfolio = p;
    return 0;
}

void portfolio_destroy(struct portfolio *p)
{
    free(p);
}

/* --- what is told ---------------------------------------------------------------------------------------------- */

static bool is_name(const char *text, size_t size)
{
    return text[0] != '\0' && memchr(text, '\0', size) != NULL;
}

static bool is_amount(double x)
{
    return isfinite(x) && x >= 0;
}

/* Index by name; account_n, contract_n when it is not there. */
static size_t account_at(const struct portfolio *p, const char *name)
{
    size_t i = 0;
    while (i < p->account_n && strcmp(p->accounts[i].name, name) != 0) {
        i++;
    }
    return i;
}

static size_t contract_at(const struct portfolio *p, const char *name)
{
    size_t i = 0;
    while (i < p->contract_n && strcmp(p->contracts[i].name, name) != 0) {
        i++;
    }
    return i;
}

static const struct account *find_account(const struct portfolio *p, const char *name)
{
    size_t i = account_at(p, name);
    return i < p->account_n ? &p->accounts[i] : NULL;
}

static const struct contract *find_contract(const struct portfolio *p, const char *name)
{
    size_t i = contract_at(p, name);
    return i < p->contract_n ? &p->contracts[i] : NULL;
}

static int need_contract(struct portfolio *p, const char *name, struct contract **ret_contract)
{
    size_t i = contract_at(p, name);
    if (i == CONTRACT_MAX) {
        return AP_EFULL;
    }
    if (i == p->contract_n) {
        if (name[0] == '\0' || !text_copy(p->contracts[i].name, sizeof(p->contracts[i].name), name)) {
            return AP_EINVAL;
        }
        p->contract_n++;
    }
    *ret_contract = &p->contracts[i];
    return 0;
}

int portfolio_set_account(struct portfolio *p, const struct account *a)
{
    if (!is_name(a->name, sizeof(a->name)) || !memchr(a->venue, '\0', sizeof(a->venue)) ||
        !memchr(a->currency, '\0', sizeof(a->currency)) || !isfinite(a->wallet)) {
        return AP_EINVAL;
    }
    size_t i = account_at(p, a->name);
    if (i == ACCOUNT_MAX) {
        return AP_EFULL;
    }
    p->accounts[i] = *a;
    p->account_n += i == p->account_n;
    return 0;
}

static bool is_position(const struct position *pos)
{
    return is_name(pos->account, sizeof(pos->account)) && is_name(pos->instrument, sizeof(pos->instrument)) &&
           pos->side <= POSITION_SHORT && pos->margin_mode <= MARGIN_ISOLATED && is_amount(pos->qty) &&
           is_amount(pos->entry) && (pos->qty <= 0 || pos->entry > 0) && is_amount(pos->isolated_margin) &&
           is_amount(pos->stop);
}

int portfolio_set_position(struct portfolio *p, const struct position *pos)
{
    if (!is_position(pos)) {
        return AP_EINVAL;
    }
    size_t at = 0;
    while (at < p->position_n && (strcmp(p->positions[at].account, pos->account) != 0 ||
                                  strcmp(p->positions[at].instrument, pos->instrument) != 0)) {
        at++;
    }
    if (pos->qty > 0) {
        if (at == POSITION_MAX) {
            return AP_EFULL;
        }
        p->positions[at] = *pos;
        p->position_n += at == p->position_n;
    } else if (at < p->position_n) {
        p->position_n--;
        memmove(&p->positions[at], &p->positions[at + 1], (p->position_n - at) * sizeof(*pos));
    }
    return 0;
}

int portfolio_set_tiers(struct portfolio *p, const char *instrument, const struct margin_tier *tiers,
                        size_t n)
{
    struct contract *c;
    int err = margin_tiers_check(tiers, n);
    if (err == 0) {
        err = need_contract(p, instrument, &c);
    }
    if (err != 0) {
        return err;
    }
    memcpy(c->tiers, tiers, n * sizeof(*tiers));
    c->tier_n = (uint8_t)n;
    return 0;
}

int portfolio_set_contract(struct portfolio *p, const char *instrument, const char *settle,
                           double contract_size)
{
    if (!(contract_size > 0) || !isfinite(contract_size) || strlen(settle) >= ASSET_MAX) {
        return AP_EINVAL;
    }
    struct contract *c;
    int err = need_contract(p, instrument, &c);
    if (err < 0) {
        return err;
    }
    c->size = contract_size;
    (void)text_copy(c->settle, sizeof(c->settle), settle);
    return 0;
}

void portfolio_set_mark(struct portfolio *p, const char *instrument, double mark, int is_inverse)
{
    struct contract *c;
    if (need_contract(p, instrument, &c) == 0) {
        c->mark = mark > 0 && isfinite(mark) ? mark : 0;
        c->is_inverse = is_inverse != 0;
        c->has_kind = 1;
    }
}

/* --- what follows ---------------------------------------------------------------------------------------------- */

static int sign_of(const struct position *pos)
{
    return pos->side == POSITION_LONG ? 1 : -1;
}

static bool is_usable(const struct portfolio *p, const struct position *pos, const struct contract *c)
{
    const struct account *a = find_account(p, pos->account);
    if (c == NULL || !c->has_kind || (c->is_inverse && c->size <= 0)) {
        return false;
    }
    return a == NULL || a->currency[0] == '\0' || c->settle[0] == '\0' || strcmp(a->currency, c->settle) == 0;
}

static struct worth worth_of(const struct portfolio *p, const struct position *pos)
{
    const struct contract *c = find_contract(p, pos->instrument);
    struct worth w = {0};
    if (!is_usable(p, pos, c)) {
        return w;
    }
    w.is_inverse = c->is_inverse;
    if (c->mark <= 0) {
        return w;
    }
    double size = c->is_inverse ? pos->qty * c->size : pos->qty;
    w.is_priced = true;
    w.value = c->is_inverse ? size / c->mark : size * c->mark;
    w.upnl = sign_of(pos) *
             (c->is_inverse ? size / pos->entry - size / c->mark : size * (c->mark - pos->entry));
    w.has_tiers = c->tier_n > 0;
    w.maintenance = w.has_tiers ? margin_maintenance(c->tiers, c->tier_n, w.value) : 0;
    return w;
}

/* The money behind the cross positions of an account. */
struct cross {
    bool
        is_priced; /* the account is there, every other cross position is priced, and all in one kind of money */
    bool has_tiers; /* and their maintenance margins are known */
    double wallet;
    double other_upnl, other_mm;
};

static struct cross cross_behind(const struct portfolio *p, const struct worth *worths, size_t self)
{
    const struct position *own = &p->positions[self];
    const struct account *a = find_account(p, own->account);
    struct cross x = {.is_priced = a != NULL, .has_tiers = a != NULL, .wallet = a != NULL ? a->wallet : 0};
    for (size_t i = 0; i < p->position_n; i++) {
        const struct position *pos = &p->positions[i];
        if (strcmp(pos->account, own->account) != 0 || i == self) {
            continue;
        }
        if (pos->margin_mode == MARGIN_ISOLATED) {
            x.wallet -= pos->isolated_margin;
            continue;
        }
        bool fits = worths[i].is_priced && worths[i].is_inverse == worths[self].is_inverse;
        x.is_priced = x.is_priced && fits;
        x.has_tiers = x.has_tiers && fits && worths[i].has_tiers;
        x.other_upnl += worths[i].upnl;
        x.other_mm += worths[i].maintenance;
    }
    return x;
}

static void view_liq(struct position_view *v, const struct contract *c, const struct cross *x)
{
    bool is_isolated = v->pos.margin_mode == MARGIN_ISOLATED;
    int s = sign_of(&v->pos), err;
    double wallet = is_isolated ? v->pos.isolated_margin : x->wallet;
    double mm = is_isolated ? 0 : x->other_mm, upnl = is_isolated ? 0 : x->other_upnl;
    if (c->is_inverse) {
        err = margin_liq_price_inverse(wallet - mm + upnl, s, v->pos.qty * c->size, v->pos.entry, c->tiers,
                                       c->tier_n, &v->liq);
    } else {
        err = margin_liq_price_linear(wallet, mm, upnl, s, v->pos.qty, v->pos.entry, c->tiers, c->tier_n,
                                      &v->liq);
    }
    if (err == AP_ERANGE && v->has_mark) {
        v->liq = v->mark;
        err = 0;
    }
    v->has_tiers = err == 0 || err == AP_ENOTFOUND;
    v->has_liq = err == 0;
    if (v->has_liq && v->has_mark) {
        v->distance_pct = (v->liq / v->mark - 1) * 100;
    }
}

static void view_position(const struct portfolio *p, const struct worth *worths, size_t i,
                          struct position_view *v)
{
    const struct contract *c = find_contract(p, p->positions[i].instrument);
    const struct worth *w = &worths[i];
    *v = (struct position_view){.pos = p->positions[i]};
    bool is_isolated = v->pos.margin_mode == MARGIN_ISOLATED;
    struct cross x = cross_behind(p, worths, i);
    if (w->is_priced) {
        double equity = is_isolated ? v->pos.isolated_margin + w->upnl : x.wallet + x.other_upnl + w->upnl;
        v->has_mark = 1;
        v->mark = c->mark;
        v->notional = c->is_inverse ? v->pos.qty * c->size : w->value;
        v->upnl = w->upnl;
        v->maintenance = w->maintenance;
        v->leverage = (is_isolated || x.is_priced) && equity > 0 ? w->value / equity : 0;
    }
    if (is_usable(p, &v->pos, c) && c->tier_n > 0 && (is_isolated || x.has_tiers)) {
        view_liq(v, c, &x);
    }
}

static void view_account(const struct portfolio *p, const struct worth *worths, const struct account *a,
                         struct account_view *v)
{
    *v = (struct account_view){.acc = *a};
    const struct worth *first = NULL;
    double upnl = 0, maintenance = 0;
    bool is_known = true;
    for (size_t i = 0; i < p->position_n; i++) {
        const struct worth *w = &worths[i];
        if (strcmp(p->positions[i].account, a->name) != 0) {
            continue;
        }
        first = first != NULL ? first : w;
        is_known = is_known && w->has_tiers && w->is_inverse == first->is_inverse;
        upnl += w->upnl;
        maintenance += w->maintenance;
    }
    if (!is_known) {
        return;
    }
    v->is_known = 1;
    v->upnl = upnl;
    v->maintenance = maintenance;
    v->equity = a->wallet + upnl;
    if (maintenance > 0) {
        v->margin_ratio = v->equity > 0 ? fmin(maintenance / v->equity, MARGIN_RATIO_MAX) : MARGIN_RATIO_MAX;
    }
}

/* How far mark has to go to the liquidation price, as a part of mark; negative when it is past it. */
static double way_to_go(const struct position_view *v)
{
    return -sign_of(&v->pos) * (v->liq / v->mark - 1);
}

void portfolio_view(const struct portfolio *p, struct risk_view *ret_view)
{
    struct worth worths[POSITION_MAX];
    struct risk_view *v = ret_view;
    memset(v, 0, sizeof(*v));
    v->account_n = (uint32_t)p->account_n;
    v->position_n = (uint32_t)p->position_n;
    v->first_to_die = -1;
    for (size_t i = 0; i < p->position_n; i++) {
        worths[i] = worth_of(p, &p->positions[i]);
    }
    for (size_t i = 0; i < p->account_n; i++) {
        view_account(p, worths, &p->accounts[i], &v->accounts[i]);
    }
    for (size_t i = 0; i < p->position_n; i++) {
        struct position_view *at = &v->positions[i];
        view_position(p, worths, i, at);
        bool can_die = at->has_liq && at->has_mark;
        if (can_die && (v->first_to_die < 0 || way_to_go(at) < way_to_go(&v->positions[v->first_to_die]))) {
            v->first_to_die = (int32_t)i;
        }
    }
}

/* --- digest ---------------------------------------------------------------------------------------------------- */

static uint64_t hash_text(uint64_t h, const char *text)
{
    return hash_bytes(h, text, strlen(text));
}

static uint64_t hash_contract(uint64_t h, const struct contract *c)
{
    h = hash_text(hash_text(h, c->name), c->settle);
    h = hash_double(hash_double(h, c->mark), c->size);
    h = hash_u64(h, (uint64_t)c->has_kind << 16 | (uint64_t)c->is_inverse << 8 | c->tier_n);
    for (size_t i = 0; i < c->tier_n; i++) {
        const struct margin_tier *t = &c->tiers[i];
        h = hash_double(hash_double(hash_double(hash_double(h, t->floor), t->cap), t->mmr), t->cum);
    }
    return h;
}

uint64_t portfolio_hash(const struct portfolio *p, uint64_t h)
{
    h = hash_u64(hash_u64(hash_u64(h, p->account_n), p->position_n), p->contract_n);
    for (size_t i = 0; i < p->account_n; i++) {
        const struct account *a = &p->accounts[i];
        h = hash_text(hash_text(hash_text(h, a->name), a->venue), a->currency);
        h = hash_double(h, a->wallet);
    }
    for (size_t i = 0; i < p->position_n; i++) {
        const struct position *pos = &p->positions[i];
        h = hash_text(hash_text(h, pos->account), pos->instrument);
        h = hash_u64(h, (uint64_t)pos->side << 8 | pos->margin_mode);
        h = hash_double(hash_double(h, pos->qty), pos->entry);
        h = hash_double(hash_double(h, pos->isolated_margin), pos->stop);
    }
    for (size_t i = 0; i < p->contract_n; i++) {
        h = hash_contract(h, &p->contracts[i]);
    }
    return h;
}

void portfolio_save(const struct portfolio *p, struct buf *out)
{
    save_u64(out, p->account_n);
    save_u64(out, p->position_n);
    save_u64(out, p->contract_n);
    save_words(out, p->accounts, p->account_n * sizeof(p->accounts[0]));
    save_words(out, p->positions, p->position_n * sizeof(p->positions[0]));
    save_words(out, p->contracts, p->contract_n * sizeof(p->contracts[0]));
}

/* Through the same door as what an event brings, so that nothing comes in that could not have come so. */
static int load_contract(struct portfolio *p, const struct contract *c)
{
    struct contract *own;
    if (!is_name(c->name, sizeof(c->name)) || !memchr(c->settle, '\0', sizeof(c->settle)) ||
        !is_amount(c->mark) || !is_amount(c->size) || c->tier_n > MARGIN_TIER_MAX || c->has_kind > 1 ||
        c->is_inverse > 1) {
        return AP_ECORRUPT;
    }
    int err = need_contract(p, c->name, &own);
    if (err == 0 && c->tier_n > 0) {
        err = portfolio_set_tiers(p, c->name, c->tiers, c->tier_n);
    }
    if (err == 0) {
        *own = *c;
    }
    return err;
}

void portfolio_load(struct portfolio *p, struct load *l)
{
    size_t account_n = load_count(l, ACCOUNT_MAX), position_n = load_count(l, POSITION_MAX);
    size_t contract_n = load_count(l, CONTRACT_MAX);
    struct portfolio *from = calloc(1, sizeof(*from));
    if (from == NULL) {
        l->err = l->err < 0 ? l->err : AP_ENOMEM;
        return;
    }
    load_words(l, from->accounts, account_n * sizeof(from->accounts[0]));
    load_words(l, from->positions, position_n * sizeof(from->positions[0]));
    load_words(l, from->contracts, contract_n * sizeof(from->contracts[0]));
    *p = (struct portfolio){0};
    for (size_t i = 0; i < contract_n && l->err == 0; i++) {
        load_expect(l, load_contract(p, &from->contracts[i]) == 0);
    }
    for (size_t i = 0; i < account_n && l->err == 0; i++) {
        load_expect(l, portfolio_set_account(p, &from->accounts[i]) == 0);
    }
    for (size_t i = 0; i < position_n && l->err == 0; i++) {
        load_expect(l, portfolio_set_position(p, &from->positions[i]) == 0);
    }
    load_expect(l, p->account_n == account_n && p->position_n == position_n && p->contract_n == contract_n);
    free(from);
}
