/* What a build of the loops says of itself, and how the process keeps its memory. library.py calls these before anything else. */
#include <stdlib.h> /* defines __GLIBC__ where the C library is glibc */
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* The digest of the sources, from setup.py: tells a library that was built from other sources. */
const char *source_hash(void) { return SOURCE_HASH; }

/* Whether this processor can run the builds for AVX2 and for AVX-512. */
#ifdef __x86_64__
int supports_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
int supports_avx512(void) {
  return supports_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}
#else
int supports_avx2(void) { return 0; }
int supports_avx512(void) { return 0; }
#endif

/* Keeps memory that is freed in the process, up to 256 MB. By default glibc gives a tensor of some megabytes back to the system
 * when it is freed, and every step of a training then pays for fresh pages. 32 MB is the largest threshold that glibc takes. */
void keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}
