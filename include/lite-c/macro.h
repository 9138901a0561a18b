/* Beside the C headers, which name it without a folder. */
#include "../lite/macro.h"
