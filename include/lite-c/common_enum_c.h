/* Beside the C headers, which name it without a folder. */
#include "../lite/common_enum_c.h"
