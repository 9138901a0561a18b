/* The headers that C programs include. */
#include "lite/common_enum_c.h"
#include "lite/macro.h"
#include "mgec/model_abi.h"
#include "mgec/security.h"

int sizes(void);

int sizes(void) {
    return (int)(sizeof(mgec_model) + sizeof(mgec_variant) + sizeof(mgec_exec)) + LITE_CUDA + LITE_FLOAT;
}
