#include <alphaplus/base/err.h>

const char *ap_err_name(int err)
{
    switch (err) {
#define X(code, name, text)                                                                                  \
    case -(code): return "AP_E" #name;
        AP_ERR_LIST(X)
#undef X
    default: return "AP_E?";
    }
}

const char *ap_err_text(int err)
{
    switch (err) {
#define X(code, name, text)                                                                                  \
    case -(code): return text;
        AP_ERR_LIST(X)
#undef X
    default: return err >= 0 ? "done" : "unknown error";
    }
}
