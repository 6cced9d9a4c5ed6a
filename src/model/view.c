#include <alphaplus/model/view.h>

const char *book_state_name(int state)
{
    switch (state) {
#define X(number, name, text)                                                                                \
    case number: return text;
        BOOK_STATE_LIST(X)
#undef X
    default: return "?";
    }
}

const char *journal_state_name(int state)
{
    switch (state) {
#define X(number, name, text)                                                                                \
    case number: return text;
        JOURNAL_STATE_LIST(X)
#undef X
    default: return "?";
    }
}
