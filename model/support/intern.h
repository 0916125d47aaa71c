/* Names: equal texts get one id, so that names compare as integers. Id 0 is the empty name. */
#ifndef UNKNOT_SUPPORT_INTERN_H
#define UNKNOT_SUPPORT_INTERN_H

#include <stddef.h>
#include <stdint.h>

typedef uint32_t Name;
typedef struct Names Names;

Names *names_new(void);
void names_free(Names *names);
Name names_add(Names *names, const char *text, size_t length);
Name names_of(Names *names, const char *text);
/* 0 when the text was never added. */
Name names_find(const Names *names, const char *text, size_t length);
/* NUL-terminated, owned by `names`, valid as long as it. */
const char *names_text(const Names *names, Name name);
uint32_t names_count(const Names *names);

#endif
