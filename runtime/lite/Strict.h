//===- Strict.h - what happens to options that a model was not compiled for -----------------------------------===//
#pragma once

#include <string>

namespace lite {

/// Whether an option that speed alone depends on, and that is not what the model was compiled for, is an error: what
/// lite::mgec::set_strict said last, else MGEC_LITE_STRICT.
bool strict();

/// Throws where that is so, and logs elsewhere.
void refuse_or_warn(const std::string &text);

} // namespace lite
