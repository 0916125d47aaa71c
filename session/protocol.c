#include "session/parser.h"
#include "session/templates.h"
#include "parse.tab.h"

#include "model/support/fatal.h"

#include <stdlib.h>

Protocols *protocols_new(Names *names) {
    Protocols *protocols = calloc(1, sizeof *protocols);
    if (!protocols) fatal("out of memory");
    arena_init(&protocols->arena);
    protocols->owns_names = !names;
    protocols->names = names ? names : names_new();
    protocols->templates = templates_new();
    return protocols;
}

void protocols_free(Protocols *protocols) {
    if (!protocols) return;
    templates_free(protocols->templates);
    if (protocols->owns_names) names_free(protocols->names);
    arena_fini(&protocols->arena);
    free(protocols);
}

void protocols_define(Protocols *protocols, Name name, int64_t value) { templates_define(protocols->templates, name, value); }

void protocols_parse(Protocols *protocols, const Sources *sources, Span span, Diags *diags) {
    size_t length;
    ProtocolParser parser = {.protocols = protocols, .sources = sources, .diags = diags, .file = span.file, .at = span.begin, .end = span.end};
    parser.text = sources_text(sources, span.file, &length);
    if (parser.end > length) parser.end = (uint32_t)length;
    (void)session_yyparse(&parser);
    vec_fini(&parser.recs);
}

const Protocol *protocols_find(const Protocols *protocols, Name name) {
    for (uint32_t i = 0; i < protocols->n; i++)
        if (protocols->all[i]->name == name) return protocols->all[i];
    return NULL;
}

uint32_t protocol_find_role(const Protocol *protocol, Name name) {
    uint32_t i = 0;
    while (i < protocol->nroles && protocol->roles[i].name != name) i++;
    return i;
}

uint32_t protocol_find_member(const Protocol *protocol, Name family, uint32_t index) {
    uint32_t i = 0;
    while (i < protocol->nroles && (protocol->roles[i].family != family || protocol->roles[i].index != index)) i++;
    return i;
}
