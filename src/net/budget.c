#include "net/budget.h"
#include <alphaplus/base/clock.h>
#include <stddef.h>

#define RETRY_AFTER_MAX_S (3 * 24 * 3600) /* the longest ban the venue's documents name */

struct refusal {
    int status;
    int64_t wait_s; /* when the answer does not say */
};

static const struct refusal refusals[] = {
    {429, 60},  /* too many requests */
    {418, 120}, /* banned for having gone on after a 429 */
    {403, 600}, /* the venue's firewall */
    {451, 300}, /* not served in this country */
};

void budget_init(struct budget *b, int limit, int64_t window_ns, int64_t now_ns)
{
    *b = (struct budget){.limit = limit, .window_ns = window_ns, .since_ns = now_ns};
}

static void roll(struct budget *b, int64_t now_ns)
{
    if (now_ns - b->since_ns >= b->window_ns) {
        b->since_ns = now_ns;
        b->used = 0;
    }
}

bool budget_can(struct budget *b, int weight, int64_t now_ns)
{
    roll(b, now_ns);
    if (budget_blocked_until(b, now_ns) != 0) {
        return false;
    }
    return b->used == 0 || weight <= b->limit - b->used;
}

void budget_spend(struct budget *b, int weight, int64_t now_ns)
{
    roll(b, now_ns);
    b->used = weight > INT32_MAX - b->used ? INT32_MAX : b->used + weight;
}

void budget_report(struct budget *b, int used, int64_t now_ns)
{
    roll(b, now_ns);
    if (used < 0) {
        return;
    }
    if (used < b->used) {
        /* Its window began anew between ours: from now on ours is its. */
        b->since_ns = now_ns;
    }
    b->used = used;
}

bool budget_refused(struct budget *b, int status, int64_t retry_after_s, int64_t now_ns)
{
    const struct refusal *found = NULL;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals && !found; i++) {
        found = refusals[i].status == status ? &refusals[i] : NULL;
    }
    if (!found) {
        return false;
    }
    int64_t wait_s = retry_after_s > 0 ? retry_after_s : found->wait_s;
    wait_s = wait_s > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : wait_s;
    int64_t until_ns = now_ns + wait_s * NS_PER_S;
    if (until_ns > b->blocked_until_ns) {
        b->blocked_until_ns = until_ns;
        b->blocked_status = status;
    }
    return true;
}

int64_t budget_blocked_until(const struct budget *b, int64_t now_ns)
{
    return b->blocked_until_ns > now_ns ? b->blocked_until_ns : 0;
}
