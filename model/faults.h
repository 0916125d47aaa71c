/* Violations met on the way, each kept once; shared by threads. */
#ifndef UNKNOT_MODEL_FAULTS_H
#define UNKNOT_MODEL_FAULTS_H

#include "model/eval.h"

typedef struct Faults Faults;

Faults *faults_new(void);
void faults_free(Faults *faults);
uint32_t faults_add(Faults *faults, const Violation *violation);
const Violation *faults_at(Faults *faults, uint32_t index); /* valid as long as the table */
uint32_t faults_count(Faults *faults);

#endif
