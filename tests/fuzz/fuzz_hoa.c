/* Feeds bytes to the HOA reader; every automaton that it reads is written, and read again; small ones are complemented. */
#include "ltl/complement.h"
#include "ltl/hoa.h"
#include "ltl/hoa_read.h"
#include "ltl/product.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(Formulas *formulas, Bdds *bdds, Sources *sources, Diags *diags, const Automaton *automaton) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out) abort();
    hoa_write(automaton, formulas, NULL, false, out);
    fclose(out);
    uint32_t file = sources_add(sources, "again", text, length);
    Span span = {file, 0, (uint32_t)length};
    Automaton *again;
    if (hoa_read(formulas, bdds, sources, diags, &span, &again) != HOA_AUTOMATON) abort();
    automaton_free(again);
    free(text);
}

static void complement(const Automaton *automaton) {
    Automaton *other = complement_of(automaton, 200);
    if (other && !product_is_empty(automaton, other)) abort();
    automaton_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Formulas *formulas = formulas_new();
    Bdds *bdds = bdds_new();
    uint32_t file = sources_add(sources, "fuzz", (const char *)data, size);
    Span span = {file, 0, (uint32_t)size};
    HoaResult result;
    do {
        Automaton *automaton;
        result = hoa_read(formulas, bdds, sources, diags, &span, &automaton);
        if (automaton && automaton->nstates < 1000 && automaton->edges.n < 1000)
            read_again(formulas, bdds, sources, diags, automaton);
        if (automaton && automaton->nstates <= 5 && automaton->edges.n <= 20 && automaton->nsets <= 3)
            complement(automaton);
        automaton_free(automaton);
    } while (result != HOA_END);
    bdds_free(bdds);
    formulas_free(formulas);
    diags_free(diags);
    sources_free(sources);
    return 0;
}
