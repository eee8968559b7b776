/* base/anchor.c -- storage of the anchor; see anchor.h. */
#include "base/anchor.h"

struct ash_anchor ash_anchor __attribute__((aligned(4096)));
