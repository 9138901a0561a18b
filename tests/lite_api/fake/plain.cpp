// A shared library that is no compiled model. Opening it would end the process, so that a test sees whether it was.
#include <cstdlib>

namespace {
const int opened = (std::_Exit(77), 0);
}

extern "C" int plain() { return opened; }
