/* base/anchor.c -- storage of the anchor; see anchor.h. Linked last (lib/local.mk), so that its head lies on
 * the pages of the other variables: a page costs every process 4 KiB. */
#include "base/anchor.h"

struct ash_anchor ash_anchor __attribute__((aligned(64)));
