#include <alphaplus/ui/term.h>

void term_close(struct term *t)
{
    if (t != NULL)
        t->ops->close(t);
}
