/* A market made of arithmetic, for looking at screens: the same publication for the same time on every run. Figures are invented; what
 * can be added up adds up (rows, cumulated value, distances, PnL). */
#ifndef AP_TEST_SUPPORT_FAKE_MARKET_H
#define AP_TEST_SUPPORT_FAKE_MARKET_H

#include <alphaplus/base/err.h>
#include <alphaplus/model/publication.h>
#include <stdbool.h>

#define FAKE_MARKET_NOW_NS   (INT64_C(1795272419) * 1000000000) /* 2026-11-21T14:46:59Z */
#define FAKE_MARKET_BEGIN_NS (INT64_C(1795269720) * 1000000000) /* 14:02:00Z */

struct fake_market;

AP_MUST_CHECK int fake_market_create(struct fake_market **ret_market);
void fake_market_destroy(struct fake_market *m);
struct publication *fake_market_publication(struct fake_market *m);
const struct metric_registry *fake_market_registry(void);

/* What is wrong with it; takes effect at the next fake_market_at. */
void fake_market_book(struct fake_market *m, enum book_state state);
void fake_market_feed(struct fake_market *m, enum feed_state state, const char *reason);
void fake_market_positions(struct fake_market *m, bool has_positions);
void fake_market_journal(struct fake_market *m, enum journal_state state);
void fake_market_history(struct fake_market *m, int64_t seconds); /* columns older than this are not there */

/* Publishes the state at that time; time only goes forward. Answers viewer 0's request. */
void fake_market_at(struct fake_market *m, int64_t now_ns);
/* Answers the request again, at the same time. */
void fake_market_answer(struct fake_market *m);

#endif
