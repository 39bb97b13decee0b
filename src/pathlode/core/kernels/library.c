/* What a build of the loops says of itself. library.py asks before it calls anything else. */

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
