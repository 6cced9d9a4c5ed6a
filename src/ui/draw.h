/* A frame: the panels of the layout, the lines between them, and what is open over them. */
#ifndef UI_DRAW_H
#define UI_DRAW_H

struct pane;
struct ui;
void draw_screen(struct ui *ui);
/* A border around nothing, for what lies over the screen. */
void draw_box(const struct pane *p, const char *title);

#endif
