/* Arithmetic on many trajectories at once: a `vec` holds the same number of LANES trajectories of one member, so that the code
 * reads like the formula for one trajectory.
 *
 * Here are the elementary functions of such numbers and the linear algebra of the networks, forward and backward. march.c and
 * scan.c build on them. Sources are compiled twice, into an extension for any processor of the machine's kind and, on x86-64,
 * into one for AVX2; library.py chooses. GCC and Clang make a vec of the widest registers that the build may use.
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

#define LANES 8
#define INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));

INLINE int minimum(int x, int y) { return x < y ? x : y; }

/* ---- elementary functions, within 2e-7 of the exact value or of its magnitude; polynomials are minimax fits ---- */

INLINE vec absolute(vec x) { return (vec)((ivec)x & 0x7fffffff); }
INLINE vec constant(float x) { return x - (vec){0}; }

/* exp(-a) for a >= 0: 2^n times 2^f with |f| <= 1/2 */
INLINE vec decay(vec a) {
  const float round = 12582912.0f; /* 1.5 * 2^23: adding and subtracting it rounds to an integer */
  vec exponent = a * -1.44269504f;
  vec n = (exponent + round) - round, f = exponent - n;
  vec p = f * 1.326472731e-3f + 9.671512060e-3f;
  p = p * f + 5.550733581e-2f;
  p = p * f + 2.402224243e-1f;
  p = p * f + 6.931470037e-1f;
  p = p * f + 1.0f;
  vec result = p * (vec)((__builtin_convertvector(n, ivec) + 127) << 23);
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
INLINE vec sigmoid(vec x) { return 0.5f + 0.5f * hyperbolic_tangent(0.5f * x); }

/* ---- linear algebra on blocks; weights are (inputs, outputs), row-major with the given row length ---- */

/* Sums are formed for `block` neighbours at once, a constant where these are called, so that they stay in registers. There are
 * at most eight; blocks of about equal size keep the processor's units equally busy. */
#define IN_BLOCKS(count, from, call)                                                    \
  do {                                                                                  \
    int blocks = ((count) + 7) / 8, size = blocks ? ((count) + blocks - 1) / blocks : 0; \
    for (int from = 0; from < (count); from += size) switch (minimum(size, (count) - from)) { \
        case 8: call(8); break;                                                         \
        case 7: call(7); break;                                                         \
        case 6: call(6); break;                                                         \
        case 5: call(5); break;                                                         \
        case 4: call(4); break;                                                         \
        case 3: call(3); break;                                                         \
        case 2: call(2); break;                                                         \
        case 1: call(1);                                                                \
      }                                                                                 \
  } while (0)

INLINE void multiply_add_block(vec *y, const vec *x, const float *w, int inputs, int row, const int block) {
  vec s[8];
  for (int k = 0; k < block; k++) s[k] = y[k];
  for (int i = 0; i < inputs; i++)
    for (int k = 0; k < block; k++) s[k] += x[i] * w[(size_t)i * row + k];
  for (int k = 0; k < block; k++) y[k] = s[k];
}

/* y += x W */
INLINE void multiply_add(vec *y, const vec *x, const float *w, int inputs, int outputs, int row) {
#define BLOCK(size) multiply_add_block(y + o, x, w + o, inputs, row, size)
  IN_BLOCKS(outputs, o, BLOCK);
#undef BLOCK
}

INLINE void multiply_transposed_add_block(vec *x, const vec *y, const float *w, int outputs, int row, const int block) {
  vec s[8];
  for (int k = 0; k < block; k++) s[k] = x[k];
  for (int o = 0; o < outputs; o++)
    for (int k = 0; k < block; k++) s[k] += y[o] * w[(size_t)k * row + o];
  for (int k = 0; k < block; k++) x[k] = s[k];
}

/* x += y W^T */
INLINE void multiply_transposed_add(vec *x, const vec *y, const float *w, int inputs, int outputs, int row) {
#define BLOCK(size) multiply_transposed_add_block(x + i, y, w + (size_t)i * row, outputs, row, size)
  IN_BLOCKS(inputs, i, BLOCK);
#undef BLOCK
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

INLINE void add_weight_gradient_block(vec *g, int row, const vec *x, int x_stride, const vec *d, int d_stride, int count,
                                      const int ins, const int outs) {
  vec s[2][4];
  for (int i = 0; i < ins; i++)
    for (int o = 0; o < outs; o++) s[i][o] = g[(size_t)i * row + o];
  for (int e = 0; e < count; e++, x += x_stride, d += d_stride)
    for (int i = 0; i < ins; i++)
      for (int o = 0; o < outs; o++) s[i][o] += x[i] * d[o];
  for (int i = 0; i < ins; i++)
    for (int o = 0; o < outs; o++) g[(size_t)i * row + o] = s[i][o];
}

/* Adds the gradient of W in y = x W over `count` evaluations, for each lane apart; consecutive evaluations of x and of the
 * gradient of y lie `x_stride` and `d_stride` vecs apart. */
INLINE void add_weight_gradient(vec *g, const vec *x, int x_stride, const vec *d, int d_stride, int count, int inputs,
                                int outputs, int row) {
  const int chunk = 32; /* evaluations whose numbers stay in the cache while all pairs of input and output are summed */
#define BLOCK(ins, outs) add_weight_gradient_block(g + (size_t)i * row + o, row, x + i, x_stride, d + o, d_stride, some, ins, outs)
#define ROWS(ins) \
  do { \
    int o = 0; \
    for (; o + 4 <= outputs; o += 4) BLOCK(ins, 4); \
    switch (outputs - o) { \
      case 3: BLOCK(ins, 3); break; \
      case 2: BLOCK(ins, 2); break; \
      case 1: BLOCK(ins, 1); \
    } \
  } while (0)
  for (int e = 0; e < count; e += chunk, x += (size_t)chunk * x_stride, d += (size_t)chunk * d_stride) {
    int some = minimum(chunk, count - e), i = 0;
    for (; i + 2 <= inputs; i += 2) ROWS(2);
    if (i < inputs) ROWS(1);
  }
#undef ROWS
#undef BLOCK
}

INLINE void add_bias_gradient(vec *g, const vec *d, int d_stride, int count, int outputs) {
  for (int e = 0; e < count; e++)
    for (int o = 0; o < outputs; o++) g[o] += d[(size_t)e * d_stride + o];
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
