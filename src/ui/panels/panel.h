/* A panel: one file, one draw function. Adding one: a row in PANEL_LIST (layout.h), a place in a layout, a row in panel.c. */
#ifndef UI_PANELS_PANEL_H
#define UI_PANELS_PANEL_H

#include "../canvas.h"
#include "../state.h"

struct panel_ops {
    enum panel panel;
    void (*draw)(const struct ui *ui, const struct pane *p);
};
extern const struct panel_ops panel_table[PANEL_N];

void replay_draw(const struct ui *ui, const struct pane *p);
void status_draw(const struct ui *ui, const struct pane *p);
void risk_line_draw(const struct ui *ui, const struct pane *p);
void heat_draw(const struct ui *ui, const struct pane *p);
void ladder_draw(const struct ui *ui, const struct pane *p);
void liq_line_draw(const struct ui *ui, const struct pane *p);
void liqs_draw(const struct ui *ui, const struct pane *p);
void tape_draw(const struct ui *ui, const struct pane *p);
void state_draw(const struct ui *ui, const struct pane *p);
void risk_draw(const struct ui *ui, const struct pane *p);
void health_draw(const struct ui *ui, const struct pane *p);
void metrics_draw(const struct ui *ui, const struct pane *p);
void events_draw(const struct ui *ui, const struct pane *p);
void notes_draw(const struct ui *ui, const struct pane *p);
void footer_draw(const struct ui *ui, const struct pane *p);
/* Not a panel: lies over them. */
void away_draw(const struct ui *ui, const struct pane *p);

/* Shared by panels. */
bool panel_is_focus(const struct ui *ui, enum panel panel);
/* The title line, with "HELD" where the picture is held. */
void panel_head(const struct ui *ui, const struct pane *p, enum panel panel, const char *title);
/* A band over the middle of a panel whose book is not true; nothing when it is. */
void panel_banner(const struct ui *ui, const struct pane *p);
/* May this panel trust the picture: of this market, and the book true? */
bool panel_has_picture(const struct ui *ui);
/* A figure as its unit and range want it; buf holds FORMAT_MAX. */
const char *panel_figure(char *buf, const struct metric_row *row, const struct metric_value *v,
                         const struct instrument *in);
/* The letter of the line that matters most in a row: own prices, marks of the user, then what the engine knows; 0: none. */
char panel_line_letter(const struct ui *ui, const struct ladder_row *row);
bool panel_is_marked(const struct ui *ui, const struct ladder_row *row); /* by the user, with :mark */
char completeness_mark(int completeness);                                /* '=' '~' '?' */

#endif
