/* UTF-8 as it comes: text may hold any bytes. */
#ifndef UNKNOT_SUPPORT_UTF8_H
#define UNKNOT_SUPPORT_UTF8_H

#include <stddef.h>

/* Length of the well-formed sequence at text (1 for ASCII), 0 when there is none within `left` bytes: overlong forms
   and surrogates are none. */
size_t utf8_length(const char *text, size_t left);

#endif
