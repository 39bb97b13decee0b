/* Linear algebra of layers on a block, forward and backward. Weights are (inputs, outputs), row-major with the given row length. */
#ifndef PRODUCTS_H
#define PRODUCTS_H

#include "vectors.h"

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

INLINE void multiply_add_block(vec *y, const float *bias, const vec *x, const float *w, int inputs, int row, const int block) {
  vec s[8];
  for (int k = 0; k < block; k++) s[k] = bias ? constant(bias[k]) : y[k];
  for (int i = 0; i < inputs; i++)
    for (int k = 0; k < block; k++) s[k] += x[i] * w[(size_t)i * row + k];
  for (int k = 0; k < block; k++) y[k] = s[k];
}

/* y += x W */
SHARED void multiply_add(vec *y, const vec *x, const float *w, int inputs, int outputs, int row) {
#define BLOCK(size) multiply_add_block(y + o, NULL, x, w + o, inputs, row, size)
  IN_BLOCKS(outputs, o, BLOCK);
#undef BLOCK
}

/* y = x W + b */
SHARED void affine(vec *y, const vec *x, const float *w, const float *bias, int inputs, int outputs, int row) {
#define BLOCK(size) multiply_add_block(y + o, bias + o, x, w + o, inputs, row, size)
  IN_BLOCKS(outputs, o, BLOCK);
#undef BLOCK
}

INLINE void multiply_transposed_block(vec *x, const int add, const vec *y, const float *w, int outputs, int row,
                                      const int block) {
  vec s[8];
  for (int k = 0; k < block; k++) s[k] = add ? x[k] : (vec){0};
  for (int o = 0; o < outputs; o++)
    for (int k = 0; k < block; k++) s[k] += y[o] * w[(size_t)k * row + o];
  for (int k = 0; k < block; k++) x[k] = s[k];
}

/* x += y W^T */
SHARED void multiply_transposed_add(vec *x, const vec *y, const float *w, int inputs, int outputs, int row) {
#define BLOCK(size) multiply_transposed_block(x + i, 1, y, w + (size_t)i * row, outputs, row, size)
  IN_BLOCKS(inputs, i, BLOCK);
#undef BLOCK
}

/* x = y W^T */
SHARED void multiply_transposed(vec *x, const vec *y, const float *w, int inputs, int outputs, int row) {
#define BLOCK(size) multiply_transposed_block(x + i, 0, y, w + (size_t)i * row, outputs, row, size)
  IN_BLOCKS(inputs, i, BLOCK);
#undef BLOCK
}

/* Evaluations whose gradients are summed together: more of them do not stay in the cache until the sum is formed, fewer cause
 * more reads and writes of the sums. */
enum { TOGETHER = 192 / LANES };

/* Inputs of a block of sums, which stays in registers together with its inputs and its four outputs. */
enum { BLOCK_INPUTS = LANES / 4 };

INLINE void add_weight_gradient_block(vec *g, int row, const vec *x, int x_stride, const vec *d, int d_stride, int count,
                                      const int ins, const int outs) {
  vec s[4][4];
  for (int i = 0; i < ins; i++)
    for (int o = 0; o < outs; o++) s[i][o] = g[(size_t)i * row + o];
  for (int e = 0; e < count; e++, x += x_stride, d += d_stride)
    for (int i = 0; i < ins; i++)
      for (int o = 0; o < outs; o++) s[i][o] += x[i] * d[o];
  for (int i = 0; i < ins; i++)
    for (int o = 0; o < outs; o++) g[(size_t)i * row + o] = s[i][o];
}

/* Adds the gradient of W in y = x W over `count` evaluations, at most TOGETHER, for each lane apart; consecutive evaluations of x
 * and of the gradient of y lie `x_stride` and `d_stride` vecs apart. */
SHARED void add_weight_gradient(vec *g, const vec *x, int x_stride, const vec *d, int d_stride, int count, int inputs,
                                int outputs, int row) {
#define BLOCK(ins, outs) add_weight_gradient_block(g + (size_t)i * row + o, row, x + i, x_stride, d + o, d_stride, count, ins, outs)
#define ROWS(outs)                                                                          \
  for (int i = 0; i < inputs; i += BLOCK_INPUTS) switch (minimum(BLOCK_INPUTS, inputs - i)) { \
      case 4: BLOCK(4, outs); break;                                                        \
      case 3: BLOCK(3, outs); break;                                                        \
      case 2: BLOCK(2, outs); break;                                                        \
      case 1: BLOCK(1, outs);                                                               \
    }
  for (int o = 0; o < outputs; o += 4) switch (minimum(4, outputs - o)) {
      case 4: ROWS(4); break;
      case 3: ROWS(3); break;
      case 2: ROWS(2); break;
      case 1: ROWS(1);
    }
#undef ROWS
#undef BLOCK
}

INLINE void add_bias_gradient(vec *g, const vec *d, int d_stride, int count, int outputs) {
  for (int e = 0; e < count; e++)
    for (int o = 0; o < outputs; o++) g[o] += d[(size_t)e * d_stride + o];
}

#endif
