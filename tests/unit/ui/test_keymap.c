#include "test.h"
#include "ui/canvas.h"
#include "ui/keymap.h"
#include <alphaplus/ui/ui.h>
#include <string.h>

enum { HELP_COLUMNS = 60 }; /* what the help on the screen has room for */

static void test_no_key_is_bound_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < action_n; i++) {
        for (int k = 0; k < ACTION_KEYS; k++) {
            uint32_t key = action_table[i].keys[k];
            if (key != 0)
                assert_ptr_equal(action_of_key(key), &action_table[i]);
        }
    }
}

static void test_keys_of_others_stay_free(void **state)
{
    (void)state;
    assert_null(action_of_key(0x01)); /* C-a: screen */
    assert_null(action_of_key(0x02)); /* C-b: tmux */
    assert_null(action_of_key(0x13)); /* C-s: flow control */
    assert_null(action_of_key(0x11));
    assert_null(action_of_key(0x03));
    assert_null(action_of_key(0));
}

static void test_every_action_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < action_n; i++) {
        const struct action *a = &action_table[i];
        char name[16];
        assert_non_null(a->run);
        assert_true(a->keys[0] != 0);
        assert_true(strlen(a->help) > 0 && strlen(a->help) <= HELP_COLUMNS);
        assert_true(a->foot == NULL || strlen(a->foot) <= 10);
        for (int k = 0; k < ACTION_KEYS && a->keys[k] != 0; k++) {
            assert_string_not_equal(key_name(name, sizeof name, a->keys[k]), a->keys[k] == '?' ? "" : "?");
            assert_true(text_columns(name) <= 12);
        }
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(a->name, action_table[j].name);
    }
}

static void test_every_command_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_table_n; i++) {
        const struct command *c = &command_table[i];
        assert_non_null(c->run);
        assert_true(strlen(c->help) > 0 && strlen(c->help) <= HELP_COLUMNS);
    }
}

static void test_documents_name_every_key(void **state)
{
    struct buf text, mdoc;
    (void)state;
    buf_init(&text, 1 << 16);
    buf_init(&mdoc, 1 << 16);
    assert_ok(ui_keys_text(&text));
    assert_ok(ui_keys_mdoc(&mdoc));
    for (size_t i = 0; i < action_n; i++) {
        assert_non_null(strstr(text.data, action_table[i].help));
        assert_non_null(strstr(mdoc.data, action_table[i].help));
    }
    for (size_t i = 0; i < command_table_n; i++)
        assert_non_null(strstr(text.data, command_table[i].help));
    buf_finish(&text);
    buf_finish(&mdoc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_key_is_bound_twice),    cmocka_unit_test(test_keys_of_others_stay_free),
        cmocka_unit_test(test_every_action_is_whole),    cmocka_unit_test(test_every_command_is_whole),
        cmocka_unit_test(test_documents_name_every_key),
    };
    return cmocka_run_group_tests_name("ui/keymap", tests, NULL, NULL);
}
