//===- Cpu.cpp - which compiled code this processor can run ---------------------------------------------------===//
#include "Cpu.h"

#include "Env.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <sched.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#define MGEC_X86 1
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace mgec::core {

namespace {

/// A feature by its compiler spelling, without the separators that spellings differ in ("avx512_vnni", "sse4.2"), and
/// the bit that tells it. Names stand in the rows, so that the table needs no relocation.
struct Feature {
  char name[16];
  uint8_t word, bit;
};

#if MGEC_X86

// Words: registers of cpuid, those of leaves 1, 7, 7.1 and 0x80000001 one after another. The bits with features in the
// vector registers count when the operating system saves these.
enum Word : uint8_t { k1C, k1D, k7B, k7C, k7D, k71A, k71D, kExtC, kWords, kYmm = 16, kZmm = 32, kWordMask = 15 };

constexpr Feature kFeatures[] = {{"sse", k1D, 25},
                                 {"sse2", k1D, 26},
                                 {"sse3", k1C, 0},
                                 {"ssse3", k1C, 9},
                                 {"sse41", k1C, 19},
                                 {"sse42", k1C, 20},
                                 {"cx16", k1C, 13},
                                 {"movbe", k1C, 22},
                                 {"popcnt", k1C, 23},
                                 {"aes", k1C, 25},
                                 {"pclmul", k1C, 1},
                                 {"lzcnt", kExtC, 5},
                                 {"bmi", k7B, 3},
                                 {"bmi2", k7B, 8},
                                 {"gfni", k7C, 8},
                                 {"avx", k1C | kYmm, 28},
                                 {"f16c", k1C | kYmm, 29},
                                 {"fma", k1C | kYmm, 12},
                                 {"avx2", k7B | kYmm, 5},
                                 {"vaes", k7C | kYmm, 9},
                                 {"vpclmulqdq", k7C | kYmm, 10},
                                 {"avxvnni", k71A | kYmm, 4},
                                 {"avxifma", k71A | kYmm, 23},
                                 {"avxvnniint8", k71D | kYmm, 4},
                                 {"avxvnniint16", k71D | kYmm, 10},
                                 {"avxneconvert", k71D | kYmm, 5},
                                 {"avx512f", k7B | kZmm, 16},
                                 {"avx512dq", k7B | kZmm, 17},
                                 {"avx512ifma", k7B | kZmm, 21},
                                 {"avx512cd", k7B | kZmm, 28},
                                 {"avx512bw", k7B | kZmm, 30},
                                 {"avx512vl", k7B | kZmm, 31},
                                 {"avx512vbmi", k7C | kZmm, 1},
                                 {"avx512vbmi2", k7C | kZmm, 6},
                                 {"avx512vnni", k7C | kZmm, 11},
                                 {"avx512bitalg", k7C | kZmm, 12},
                                 {"avx512vpopcntdq", k7C | kZmm, 14},
                                 {"avx512fp16", k7D | kZmm, 23},
                                 {"avx512bf16", k71A | kZmm, 5}};

struct Processor {
  unsigned words[kWords] = {};
  bool ymm = false, zmm = false;

  Processor() {
    unsigned a = 0, b = 0, c = 0, d = 0, most = 0;
    if (__get_cpuid(1, &a, &b, &words[k1C], &words[k1D]) && (words[k1C] >> 27 & 1)) {
      // The registers that the operating system saves: bits 1..2 SSE and AVX, 5..7 AVX-512.
      unsigned low, high;
      __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
      ymm = (low & 0x06) == 0x06;
      zmm = (low & 0xe6) == 0xe6;
    }
    if (__get_cpuid_count(7, 0, &most, &words[k7B], &words[k7C], &words[k7D]) && most >= 1)
      __get_cpuid_count(7, 1, &words[k71A], &b, &c, &words[k71D]);
    if (__get_cpuid(0x80000001u, &a, &b, &c, &d))
      words[kExtC] = c;
  }

  bool has(const Feature &feature) const {
    return (!(feature.word & kYmm) || ymm) && (!(feature.word & kZmm) || zmm) &&
           (words[feature.word & kWordMask] >> feature.bit & 1);
  }
};

#elif defined(__aarch64__) && defined(__linux__)

// Words: AT_HWCAP and AT_HWCAP2.
constexpr Feature kFeatures[] = {
    {"fp", 0, 0},    {"simd", 0, 1}, {"asimd", 0, 1},    {"neon", 0, 1},  {"aes", 0, 3},   {"sha2", 0, 6},
    {"crc", 0, 7},   {"lse", 0, 8},  {"fp16", 0, 10},    {"rdma", 0, 12}, {"rcpc", 0, 15}, {"dotprod", 0, 20},
    {"sha3", 0, 17}, {"sve", 0, 22}, {"fp16fml", 0, 23}, {"sve2", 1, 1},  {"i8mm", 1, 13}, {"bf16", 1, 14}};

struct Processor {
  unsigned long words[2] = {getauxval(16 /* AT_HWCAP */), getauxval(26 /* AT_HWCAP2 */)};

  bool has(const Feature &feature) const { return words[feature.word] >> feature.bit & 1; }
};

#else

constexpr Feature kFeatures[] = {{"", 0, 0}};

struct Processor {
  bool has(const Feature &) const { return false; }
};

#endif

bool separator(char c) { return c == '_' || c == '.' || c == '-'; }

/// Compares `name` with the characters of [text, end) that are no separators.
bool sameFeature(const char *name, const char *text, const char *end) {
  for (; text != end; ++text) {
    if (separator(*text))
      continue;
    if (*name++ != *text)
      return false;
  }
  return *name == '\0';
}

bool hasFeature(const char *text, const char *end) {
  static const Processor processor;
  for (const Feature &feature : kFeatures)
    if (sameFeature(feature.name, text, end))
      return processor.has(feature);
  return false;
}

bool hasAll(const char *list, std::string *missing) {
  while (*list) {
    const char *end = std::strchr(list, ',');
    if (!end)
      end = list + std::strlen(list);
    if (end != list && !hasFeature(list, end)) {
      if (missing)
        *missing = format("%.*s", static_cast<int>(end - list), list);
      return false;
    }
    list = *end ? end + 1 : end;
  }
  return true;
}

} // namespace

const char *isaName(int32_t isa) {
  switch (isa) {
  case MGEC_ISA_GENERIC:
    return "generic";
  case MGEC_ISA_X86_64_V3:
    return "x86-64-v3";
  case MGEC_ISA_X86_64_V4:
    return "x86-64-v4";
  case MGEC_ISA_NATIVE:
    return "native";
  }
  return "unknown";
}

bool cpuSupports(const mgec_isa_entry &entry, std::string *missing) {
  const char *level = "";
  switch (entry.isa) {
  case MGEC_ISA_GENERIC:
  case MGEC_ISA_NATIVE:
    break;
  case MGEC_ISA_X86_64_V4:
    level = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,bmi,bmi2,f16c,fma,lzcnt,movbe";
    break;
  case MGEC_ISA_X86_64_V3:
    level = "avx,avx2,bmi,bmi2,f16c,fma,lzcnt,movbe";
    break;
  default:
    if (missing)
      *missing = format("instruction set %d, which this runtime does not know", static_cast<int>(entry.isa));
    return false;
  }
  return hasAll(level, missing) && hasAll(entry.features ? entry.features : "", missing);
}

Status isaLimit(int32_t &limit) {
  limit = MGEC_ISA_NATIVE;
  const char *text = environment("MGEC_ISA");
  if (!text || !*text)
    return Status();
  for (int32_t isa : {MGEC_ISA_GENERIC, MGEC_ISA_X86_64_V3, MGEC_ISA_X86_64_V4, MGEC_ISA_NATIVE})
    if (std::strcmp(text, isaName(isa)) == 0) {
      limit = isa;
      return Status();
    }
  return Status::errorf("MGEC_ISA is \"%s\"; it may be generic, x86-64-v3, x86-64-v4 or native", text);
}

unsigned availableProcessors() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    const int count = CPU_COUNT(&set);
    if (count > 0)
      return static_cast<unsigned>(count);
  }
#endif
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? static_cast<unsigned>(count) : 1;
}

unsigned long long floatMode() {
#if defined(__x86_64__)
  return __builtin_ia32_stmxcsr() & 0xffc0u; // without the sticky exception flags
#elif defined(__aarch64__)
  unsigned long long mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
#else
  return 0;
#endif
}

void setFloatMode(unsigned long long mode) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(static_cast<unsigned>(mode));
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
#else
  (void)mode;
#endif
}

} // namespace mgec::core
