#include "app/paths.h"
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_xdg(void **state)
{
    char buf[PATH_TEXT_MAX];
    (void)state;
    setenv("HOME", "/nobody", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_DATA_HOME");
    assert_ok(path_config("settings.ini", buf, sizeof buf));
    assert_string_equal(buf, "/nobody/.config/alphaplus/settings.ini");
    assert_ok(path_data(buf, sizeof buf));
    assert_string_equal(buf, "/nobody/.local/share/alphaplus");
    setenv("XDG_DATA_HOME", "/data", 1);
    assert_ok(path_data(buf, sizeof buf));
    assert_string_equal(buf, "/data/alphaplus");
    setenv("XDG_DATA_HOME", "relative", 1); /* the standard says to leave it aside */
    assert_ok(path_data(buf, sizeof buf));
    assert_string_equal(buf, "/nobody/.local/share/alphaplus");
    unsetenv("HOME");
    assert_err(path_config("a", buf, sizeof buf), AP_ENOTFOUND);
    setenv("HOME", "/nobody", 1);
    assert_err(path_config("a", buf, 8), AP_ETOOBIG);
}

static void test_make(void **state)
{
    char top[] = "/tmp/alphaplus-test-XXXXXX", path[PATH_TEXT_MAX], command[PATH_TEXT_MAX];
    struct stat st;
    (void)state;
    assert_non_null(mkdtemp(top));
    snprintf(path, sizeof path, "%s/a/b/c", top);
    assert_ok(path_make(path));
    assert_ok(path_make(path));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    snprintf(command, sizeof command, "%s/file", top);
    FILE *f = fopen(command, "w");
    assert_non_null(f);
    fclose(f);
    assert_true(path_make(command) < 0); /* a file stands there */
    snprintf(path, sizeof path, "%s/file/below", top);
    assert_true(path_make(path) < 0);
    assert_int_equal(unlink(command), 0);
    for (const char *part = "/a/b/c";; part = strcmp(part, "/a/b/c") == 0 ? "/a/b"
                                              : strcmp(part, "/a/b") == 0 ? "/a"
                                                                          : "") {
        snprintf(path, sizeof path, "%s%s", top, part);
        assert_int_equal(rmdir(path), 0);
        if (!*part)
            break;
    }
}

static void test_journal(void **state)
{
    char buf[64];
    (void)state;
    assert_ok(path_journal("/j", INT64_C(1721347200000000000), buf, sizeof buf));
    assert_string_equal(buf, "/j/alphaplus-20240719.apj");
    assert_err(path_journal("/j", 0, buf, 8), AP_ETOOBIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xdg),
        cmocka_unit_test(test_make),
        cmocka_unit_test(test_journal),
    };
    return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
