/**
 * lite/pack_model.h: making packed models, files that carry a model, perhaps encrypted, with information on how to run
 * it.
 *
 * Programs that use it link libmgec_lite_crypto as well. `mgec pack` does the same from the command line.
 */
#ifndef LITE_PACK_MODEL_H
#define LITE_PACK_MODEL_H

#include "macro.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lite {

struct FeatureBits32 {
    uint32_t is_fast_run_cache : 1; ///< the algorithm policy is a cache of fast-run results
    uint32_t : 31;
};

/** What a packed model says of its parts. */
struct Header {
    std::string name;                    ///< of the model; the information must have the same
    std::string model_decryption_method; ///< AES_default, RC4_default, SIMPLE_FAST_RC4_default, one's own, or NONE
    std::string info_decryption_method;  ///< the same for the information
    std::string info_parse_method = "LITE_default";
    std::string info_cache_parse_method = "LITE_parse_cache";
    FeatureBits32 fb32 = {};
};

class FbsHelper;

/**
 * Packs one model. The parts go into the file as they are: what a method is named for must have been encrypted with it
 * before. A model that is packed already keeps its header, and its information and caches where no others are given;
 * two caches become one. One object makes one file; failures are `lite::Error`.
 */
class LITE_API ModelPacker {
public:
    /** Paths of the model, of the result, and, where there are such, of the information and the caches. */
    ModelPacker(std::string model_path, std::string packed_model_path, std::string info_data_path = "",
                std::string info_algo_policy_path = "", std::string info_binary_cache_path = "");
    ModelPacker(std::vector<uint8_t> model_data, std::string packed_model_path, std::vector<uint8_t> info_data = {},
                std::vector<uint8_t> info_algo_policy_data = {}, std::vector<uint8_t> info_binary_cache_data = {});
    ~ModelPacker();
    ModelPacker(const ModelPacker&) = delete;
    ModelPacker& operator=(const ModelPacker&) = delete;

    /** The methods that the parts were encrypted with. */
    void set_header(std::string model_decryption_method = "NONE", std::string info_decryption_method = "NONE",
                    bool is_fast_run_cache = true);

    /** The name in the header; without this call, the one that the information gives. */
    void set_name(std::string name);

    /** Writes the file. A file of that name stays as it was where this fails. */
    void pack_model();

private:
    std::vector<uint8_t> m_info_data;
    std::vector<uint8_t> m_algo_policy_data;
    std::vector<uint8_t> m_binary_cache_data;
    std::string m_packed_model_path;
    Header m_header;

    friend class FbsHelper;
    std::unique_ptr<FbsHelper> m_fbs_helper;
};

} // namespace lite

#endif
