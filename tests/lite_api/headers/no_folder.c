/* The C headers as programs of the original include them, with only their own folder on the search path. */
#include "global_c.h"
#include "common_enum_c.h"
#include "macro.h"

int enumerators(void);

int enumerators(void) { return LITE_DEVICE_DEFAULT + LITE_INT64 + LITE_INTERNAL_ERROR; }
