/* What a build of the loops says of itself. library.py asks before it calls anything else. */

/* The digest of the sources, from setup.py: tells a library that was built from other sources. */
const char *source_hash(void) { return SOURCE_HASH; }

/* Whether this processor can run the build for AVX2. */
int supports_avx2(void) {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return 0;
#endif
}
