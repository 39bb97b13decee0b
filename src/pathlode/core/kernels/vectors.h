/* Arithmetic on many trajectories at once: a `vec` holds the same number of LANES trajectories of one member, so that the code
 * reads like the formula for one trajectory.
 *
 * Here are the elementary functions of such numbers and their way to and from memory. The sources are compiled into an extension
 * for any processor of the machine's kind and, on x86-64, into one for AVX2 and one for AVX-512; library.py chooses. A vec fills
 * the widest registers of a build for AVX2 or AVX-512.
 *
 * Layout: tensors are row-major and stacked by member first. A block is LANES trajectories of one member; the lanes of the last
 * block may be fewer. A tape keeps, for each block, what each evaluation needs for its backward pass.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __AVX512F__
#define LANES 16
#else
#define LANES 8
#endif
#define INLINE static inline __attribute__((always_inline))
#define SHARED static __attribute__((noinline, unused)) /* a long function, of which one copy in a file is enough */

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));

INLINE int minimum(int x, int y) { return x < y ? x : y; }

/* ---- elementary functions, within 2e-7 of the exact value or of its magnitude; polynomials are minimax fits ---- */

INLINE vec absolute(vec x) { return (vec)((ivec)x & 0x7fffffff); }
INLINE vec constant(float x) { return x - (vec){0}; }

/* exp(-a) for a >= 0: 2^n times 2^f with |f| <= 1/2 */
INLINE vec decay(vec a) {
  const float round = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer, which is then in the sum's last bits */
  vec sum = a * -1.44269504f + round, f = a * -1.44269504f - (sum - round);
  vec p = f * 1.326472731e-3f + 9.671512060e-3f;
  p = p * f + 5.550733581e-2f;
  p = p * f + 2.402224243e-1f;
  p = p * f + 6.931470037e-1f;
  p = p * f + 1.0f;
  vec result = (vec)((ivec)p + ((ivec)sum << 23));
  return (vec)((ivec)result & ~(ivec)(a > 87.0f)); /* 0 where 2^n would underflow; NaN stays */
}

/* log(1 + u) for 0 <= u <= 1 */
INLINE vec log_one_plus(vec u) {
  vec p = u * 5.516884848e-3f - 3.066844679e-2f;
  p = p * u + 8.017199486e-2f;
  p = p * u - 1.383429915e-1f;
  p = p * u + 1.919046938e-1f;
  p = p * u - 2.486616969e-1f;
  p = p * u + 3.332236707e-1f;
  p = p * u - 4.999969006e-1f;
  p = p * u + 1.0f;
  return p * u;
}

INLINE vec softplus(vec x) {
  return (vec)((ivec)x & ~(ivec)(x < 0.0f)) + log_one_plus(decay(absolute(x)));
}
INLINE vec hyperbolic_tangent(vec x) {
  vec e = decay(2.0f * absolute(x));
  vec t = (1.0f - e) / (1.0f + e);
  return (vec)((ivec)t | ((ivec)x & (int32_t)0x80000000));
}
INLINE vec sigmoid(vec x) {
  vec e = decay(absolute(x));
  ivec negative = x < 0.0f;
  vec numerator = (vec)(((ivec)e & negative) | ((ivec)constant(1.0f) & ~negative));
  return numerator / (1.0f + e);
}

INLINE vec square_root(vec x) {
  for (int lane = 0; lane < LANES; lane++) x[lane] = sqrtf(x[lane]);
  return x;
}
INLINE vec maximum(vec x, float y) {
  ivec larger = x > y;
  return (vec)(((ivec)x & larger) | ((ivec)constant(y) & ~larger));
}

INLINE float sum_lanes(vec x) {
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; lane++) x[lane] += x[lane + half];
  return x[0];
}

/* Adds the sums over lanes of `count` gradients, and clears them for the next member. */
INLINE void add_lanes(float *g, vec *x, int count) {
  for (int i = 0; i < count; i++) g[i] += sum_lanes(x[i]), x[i] = (vec){0};
}

/* ---- memory ---- */

/* Brings `count` vecs into the cache. */
INLINE void fetch(const vec *x, int count) {
  for (int i = 0; i < count; i += 64 / (int)sizeof(vec)) __builtin_prefetch(x + i);
}

/* One row of `width` numbers per trajectory, `row` apart in memory, to and from vecs. Missing lanes read as zero. */
INLINE void load(vec *x, const float *source, int width, size_t row, int lanes) {
  for (int i = 0; i < width; i++) x[i] = (vec){0};
  for (int lane = 0; lane < lanes; lane++)
    for (int i = 0; i < width; i++) x[i][lane] = source[lane * row + i];
}

INLINE void store(float *target, const vec *x, int width, size_t row, int lanes) {
  for (int lane = 0; lane < lanes; lane++)
    for (int i = 0; i < width; i++) target[lane * row + i] = x[i][lane];
}

/* The first `count` numbers of memory as a vec, or all LANES if there are more; and back. */
INLINE vec read(const float *source, int count) {
  vec x = {0};
  if (count >= LANES)
    memcpy(&x, source, sizeof(vec));
  else
    for (int i = 0; i < count; i++) x[i] = source[i];
  return x;
}

INLINE void write(float *target, vec x, int count) {
  if (count >= LANES)
    memcpy(target, &x, sizeof(vec));
  else
    for (int i = 0; i < count; i++) target[i] = x[i];
}

INLINE vec *scratch(size_t count) { return aligned_alloc(sizeof(vec), (count ? count : 1) * sizeof(vec)); }
INLINE vec *zeros(size_t count) { return memset(scratch(count), 0, count * sizeof(vec)); }

#endif
