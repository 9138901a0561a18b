/* The headers that C programs include, and what C programs do with them. */
#include "lite-c/global_c.h"
#include "lite-c/network_c.h"
#include "lite-c/tensor_c.h"
#include "lite/common_enum_c.h"
#include "lite/lite_build_config.h"
#include "lite/macro.h"
#include "lite_build_config.h"
#include "mgec/model_abi.h"

int sizes(void);
int use_c(const char *path, void *memory);

int sizes(void) {
    return (int)(sizeof(mgec_model) + sizeof(mgec_variant) + sizeof(mgec_exec)) + LITE_CUDA + LITE_FLOAT;
}

static int done(void) { return 0; }

int use_c(const char *path, void *memory) {
    LiteNetwork network;
    LiteTensor input;
    LiteConfig config = *default_config();
    LiteNetworkIO io = *default_network_io();
    LiteIO one = default_io;
    LiteTensorDesc desc = default_desc;
    one.name = "data";
    one.config_layout = default_layout;
    io.inputs = &one;
    io.input_size = 1;
    config.options = default_option;
    desc.device_type = LITE_CPU;
    if (LITE_make_network(&network, config, io) != 0 || LITE_load_model_from_path(network, path) != 0 ||
        LITE_get_io_tensor(network, "data", LITE_INPUT, &input) != 0 ||
        LITE_reset_tensor_memory(input, memory, 16) != 0 || LITE_set_async_callback(network, done) != 0 ||
        LITE_forward(network) != 0 || LITE_wait(network) != 0)
        return LITE_get_last_error_code() == OK ? 0 : 1;
    return LITE_destroy_network(network) + LITE_BUILD_WITH_MGE - 1;
}
