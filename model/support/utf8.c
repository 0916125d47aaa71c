#include "model/support/utf8.h"

static size_t length_by_lead(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

size_t utf8_length(const char *text, size_t left) {
    unsigned char lead = (unsigned char)text[0], low = 0x80,
                  high = 0xbf; /* what the second byte may be: Unicode, table 3-7 */
    size_t n = length_by_lead(lead);
    if (n > left) return 0;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
    for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf)
        if ((unsigned char)text[i] < low || (unsigned char)text[i] > high) return 0;
    return n;
}
