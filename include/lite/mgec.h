/**
 * lite/mgec.h: what this library adds to the C++ API.
 */
#ifndef LITE_MGEC_H
#define LITE_MGEC_H

#include "macro.h"

namespace lite {
namespace mgec {

/**
 * Whether it is an error, and not a line in the log, that a network asks for something that only speed depends on and
 * that its model was not compiled for: an option of a layout, a workspace limit, the layout that an output is
 * configured to have. Counts when a model is loaded or the limit is set. What this says comes before the environment
 * variable MGEC_LITE_STRICT, which decides until it is called (1: an error). Concerns the whole process; callable from
 * any thread.
 */
LITE_API void set_strict(bool on);

} // namespace mgec
} // namespace lite

#endif
