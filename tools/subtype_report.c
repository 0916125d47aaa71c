#include "tools/subtype_report.h"

#include "session/controllable.h"
#include "session/local.h"

#include "model/support/vec.h"

static const char *message_text(const void *context, uint32_t letter) {
    return names_text(context, letter);
}

/* The state as the type that is left. */
static void print_state(const Cfsm *machine, uint32_t state, const Names *names, FILE *out) {
    Cfsm rest = *machine;
    rest.initial = state;
    local_print(&rest, names, out);
}

/* Which edge of U a message was on does not matter to the reader. */
static void print_owed(const Regular *owed, SubtypeAsked asked, FILE *out) {
    VEC(uint32_t) messages = {0};
    for (uint32_t e = 0; e < asked.u->nedges; e++) vec_push(&messages, asked.u->edges[e].message);
    Regular renamed = regular_rename(owed, messages.data);
    regular_print(&renamed, message_text, asked.names, out);
    regular_fini(&renamed);
    vec_fini(&messages);
}

static void print_pair(const RelaxedPair *pair, SubtypeAsked asked, FILE *out) {
    fprintf(out, "  owed: ");
    print_owed(&pair->owed, asked, out);
    fprintf(out, "\n    it is left with        ");
    print_state(asked.t, pair->t, asked.names, out);
    fprintf(out, "    the other one with     ");
    print_state(asked.u, pair->u, asked.names, out);
}

/* Languages that belong to states, not to a sending on its way. */
static uint32_t count_states(const Relaxation *relaxation) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < relaxation->npairs; i++) n += relaxation->pairs[i].edge == UINT32_MAX;
    return n;
}

static void print_proof(const Relaxation *relaxation, SubtypeAsked asked, FILE *out) {
    for (uint32_t i = 0; i < relaxation->npairs; i++)
        if (relaxation->pairs[i].edge == UINT32_MAX) print_pair(&relaxation->pairs[i], asked, out);
}

static void print_basis(const Subtype *result, FILE *out) {
    switch (result->basis) {
    case SUBTYPE_BY_STATES: break;
    case SUBTYPE_BY_GAME: fprintf(out, "all %u positions of the game hold", result->positions); break;
    case SUBTYPE_BY_RELAXATION:
        fprintf(out, "what is owed stays within %u regular languages, and with each all goes well", count_states(&result->relaxation));
        break;
    case SUBTYPE_BY_NO_PARTNER: fprintf(out, "no partner of the other could be sure to be able to end"); break;
    }
}

static void print_yes(const Subtype *result, SubtypeAsked asked, bool verbose, FILE *out) {
    fprintf(out, "yes: ");
    print_basis(result, out);
    fprintf(out, "%s\n", result->is_dual ? " (seen from the partner: its type against the other's)" : "");
    if (verbose && result->basis == SUBTYPE_BY_RELAXATION) print_proof(&result->relaxation, asked, out);
}

static bool has_one_peer(const Cfsm *machine) {
    for (uint32_t e = 1; e < machine->nedges; e++)
        if (machine->edges[e].peer != machine->edges[0].peer) return false;
    return true;
}

static void print_no(const Subtype *result, SubtypeAsked asked, FILE *out) {
    bool with_peers = !has_one_peer(asked.t) || !has_one_peer(asked.u);
    fprintf(out, "no: %s", result->why);
    if (result->has_message) fprintf(out, ": %s", names_text(asked.names, result->message));
    fprintf(out, "%s\n", result->is_dual ? " (seen from the partner: its type against the other's)" : "");
    if (result->nrun) fprintf(out, "  run ");
    for (uint32_t i = 0; i < result->nrun; i++)
        fprintf(out, " %s%c%s", with_peers ? names_text(asked.names, result->run[i].peer) : "", result->run[i].is_send ? '!' : '?',
                names_text(asked.names, result->run[i].message));
    if (result->nrun) fputc('\n', out);
    if (result->nowed) fprintf(out, "  owed");
    for (uint32_t i = 0; i < result->nowed; i++) fprintf(out, " ?%s", names_text(asked.names, result->owed[i]));
    if (result->nowed) fputc('\n', out);
}

void subtype_report(const Subtype *result, SubtypeAsked asked, bool verbose, FILE *out) {
    Cfsm dual_t = local_dual(asked.t), dual_u = local_dual(asked.u);
    Cfsm part = result->is_fair ? controllable_part(asked.u) : (Cfsm){0};
    if (result->is_dual) asked = (SubtypeAsked){&dual_u, &dual_t, asked.names};
    if (result->is_fair) asked.u = &part;
    if (result->verdict == SUBTYPE_YES && result->basis == SUBTYPE_BY_STATES) fprintf(out, "yes\n");
    else if (result->verdict == SUBTYPE_YES) print_yes(result, asked, verbose, out);
    else if (result->verdict == SUBTYPE_NO) print_no(result, asked, out);
    else if (!result->positions) fprintf(out, "unknown: %s\n", result->why);
    else fprintf(out, "unknown: %s (%u positions of the game)\n", result->why, result->positions);
    cfsm_fini(&dual_t);
    cfsm_fini(&dual_u);
    cfsm_fini(&part);
}
