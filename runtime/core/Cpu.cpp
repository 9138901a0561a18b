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

/// A feature by its compiler spelling, without the separators that spellings differ in ("avx512_vnni", "sse4.2").
struct Feature {
  const char *name;
  bool present;
};

#if MGEC_X86

struct Leaf {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

Leaf cpuid(unsigned leaf, unsigned subleaf = 0) {
  Leaf r;
  if (!__get_cpuid_count(leaf, subleaf, &r.a, &r.b, &r.c, &r.d))
    return Leaf();
  return r;
}

struct FeatureTable {
  Feature rows[48];
  unsigned count = 0;

  void add(const char *name, bool present) { rows[count++] = {name, present}; }

  FeatureTable() {
    const Leaf one = cpuid(1), seven = cpuid(7), sevenOne = seven.a >= 1 ? cpuid(7, 1) : Leaf(),
               ext = cpuid(0x80000001u);
    // The registers that the operating system saves: bits 1..2 SSE and AVX, 5..7 AVX-512.
    uint64_t saved = 0;
    if (one.c >> 27 & 1) {
      unsigned low, high;
      __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
      saved = static_cast<uint64_t>(high) << 32 | low;
    }
    const bool ymm = (saved & 0x06) == 0x06, zmm = (saved & 0xe6) == 0xe6;
    const auto bit = [](unsigned word, unsigned n) { return (word >> n & 1) != 0; };

    add("sse", bit(one.d, 25)), add("sse2", bit(one.d, 26));
    add("sse3", bit(one.c, 0)), add("ssse3", bit(one.c, 9));
    add("sse41", bit(one.c, 19)), add("sse42", bit(one.c, 20));
    add("cx16", bit(one.c, 13)), add("movbe", bit(one.c, 22)), add("popcnt", bit(one.c, 23));
    add("aes", bit(one.c, 25)), add("pclmul", bit(one.c, 1));
    add("lzcnt", bit(ext.c, 5)), add("bmi", bit(seven.b, 3)), add("bmi2", bit(seven.b, 8));
    add("avx", ymm && bit(one.c, 28)), add("f16c", ymm && bit(one.c, 29)), add("fma", ymm && bit(one.c, 12));
    add("avx2", ymm && bit(seven.b, 5)), add("vaes", ymm && bit(seven.c, 9)),
        add("vpclmulqdq", ymm && bit(seven.c, 10));
    add("gfni", bit(seven.c, 8)), add("avxvnni", ymm && bit(sevenOne.a, 4)), add("avxifma", ymm && bit(sevenOne.a, 23));
    add("avxvnniint8", ymm && bit(sevenOne.d, 4)), add("avxvnniint16", ymm && bit(sevenOne.d, 10));
    add("avxneconvert", ymm && bit(sevenOne.d, 5));
    add("avx512f", zmm && bit(seven.b, 16)), add("avx512dq", zmm && bit(seven.b, 17));
    add("avx512ifma", zmm && bit(seven.b, 21)), add("avx512cd", zmm && bit(seven.b, 28));
    add("avx512bw", zmm && bit(seven.b, 30)), add("avx512vl", zmm && bit(seven.b, 31));
    add("avx512vbmi", zmm && bit(seven.c, 1)), add("avx512vbmi2", zmm && bit(seven.c, 6));
    add("avx512vnni", zmm && bit(seven.c, 11)), add("avx512bitalg", zmm && bit(seven.c, 12));
    add("avx512vpopcntdq", zmm && bit(seven.c, 14)), add("avx512fp16", zmm && bit(seven.d, 23));
    add("avx512bf16", zmm && bit(sevenOne.a, 5));
  }
};

#elif defined(__aarch64__) && defined(__linux__)

struct FeatureTable {
  Feature rows[24];
  unsigned count = 0;

  void add(const char *name, bool present) { rows[count++] = {name, present}; }

  FeatureTable() {
    const unsigned long one = getauxval(16 /* AT_HWCAP */), two = getauxval(26 /* AT_HWCAP2 */);
    const auto bit = [](unsigned long word, unsigned n) { return (word >> n & 1) != 0; };
    add("fp", bit(one, 0)), add("simd", bit(one, 1)), add("asimd", bit(one, 1)), add("neon", bit(one, 1));
    add("aes", bit(one, 3)), add("sha2", bit(one, 6)), add("crc", bit(one, 7)), add("lse", bit(one, 8));
    add("fp16", bit(one, 9) && bit(one, 10)), add("rdma", bit(one, 12)), add("rcpc", bit(one, 15));
    add("dotprod", bit(one, 20)), add("sha3", bit(one, 17)), add("sve", bit(one, 22)), add("fp16fml", bit(one, 23));
    add("sve2", bit(two, 1)), add("i8mm", bit(two, 13)), add("bf16", bit(two, 14));
  }
};

#else

struct FeatureTable {
  Feature rows[1];
  unsigned count = 0;
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
  static const FeatureTable table;
  for (unsigned i = 0; i < table.count; ++i)
    if (sameFeature(table.rows[i].name, text, end))
      return table.rows[i].present;
  return false;
}

bool hasAll(const char *list, std::string *missing) {
  while (*list) {
    const char *end = std::strchr(list, ',');
    if (!end)
      end = list + std::strlen(list);
    if (end != list && !hasFeature(list, end)) {
      if (missing)
        missing->assign(list, end);
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
