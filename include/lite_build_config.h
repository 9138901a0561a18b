/* Where programs of the original library find it. */
#include "lite/lite_build_config.h"
