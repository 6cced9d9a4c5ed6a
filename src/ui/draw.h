/* A frame: the panels of the layout, the lines between them, and what is open over them. */
#ifndef UI_DRAW_H
#define UI_DRAW_H

struct ui;
void draw_screen(struct ui *ui);

#endif
