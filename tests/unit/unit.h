/* The unit test library, and nothing else: the only file that includes cmocka. */
#ifndef UNKNOT_TESTS_UNIT_H
#define UNKNOT_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
