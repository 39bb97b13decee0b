/* The inner loops of a latent ODE in single precision: Runge-Kutta steps of a bounded MLP field and
 * the read-out at irregular times, and a recurrent encoder's scan over time, each with its exact backward pass.
 *
 * Networks this small spend their time on the bookkeeping of a tensor library, not on arithmetic. The same computation in
 * plain PyTorch is in solve.py, fields.py and encoders.py; kernels.py calls this file; the tests compare.
 *
 * Layout: tensors are row-major and stacked by member first. A block is LANES trajectories of one member. The tape keeps,
 * for each block, what each evaluation needs for its backward pass.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LANES 8
#define INLINE static inline __attribute__((always_inline))
#define EXPORT __attribute__((visibility("default")))
#define JOIN_(x, y) x##_##y
#define JOIN(x, y) JOIN_(x, y)
#define NAME(function) JOIN(function, SUFFIX)

typedef struct {
  int members, batch, steps;
  int layers;              /* of the MLP; all but the last end in softplus, the last in tanh */
  const int *sizes;        /* layers + 1 widths; the first and the last are the state's */
  const float **weights;   /* per layer (member, inputs, outputs) */
  const float **biases;    /* per layer (member, outputs) */
  const float *scale;      /* (member) */
  int stages, degree;      /* of the tableau */
  const float *a, *b;      /* (stages, stages) with zeros, (stages) */
  const float *dense;      /* (degree, stages + 1) */
  const float *step;       /* (member, batch) */
} March;

enum { RNN, GRU, LSTM };

typedef struct {
  int cell, members, batch, time, inputs, hidden; /* inputs: 1 + features */
  int remember;                                   /* whether a backward pass will follow */
  const float *times, *values;                    /* (member, batch, time), (member, batch, time, inputs - 1) */
  const float *weight, *bias;                     /* (member, inputs, gates hidden), (member, gates hidden) */
  const float *recurrent, *candidate_bias;        /* (member, hidden, gates hidden), GRU only: (member, hidden) */
} Scan;

#define SUFFIX baseline
#include "kernels_loops.h"
#undef SUFFIX

/* Compiled with the file's ordinary flags, a wheel runs on any machine of its kind; on x86 it also holds a copy for AVX2. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define SUFFIX avx2
#include "kernels_loops.h"
#undef SUFFIX
#pragma GCC pop_options
#define DISPATCH(function, ...)                                             \
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))      \
    return function##_avx2(__VA_ARGS__);                                    \
  return function##_baseline(__VA_ARGS__)
#else
#define DISPATCH(function, ...) return function##_baseline(__VA_ARGS__)
#endif

EXPORT void march_forward(const March *m, const float *y0, float *polynomials, float *tape) {
  DISPATCH(march_forward, m, y0, polynomials, tape);
}

EXPORT void march_backward(const March *m, const float *polynomial_gradients, const float *tape, float *y0_gradient,
                           float **weight_gradients, float **bias_gradients, float *scale_gradient) {
  DISPATCH(march_backward, m, polynomial_gradients, tape, y0_gradient, weight_gradients, bias_gradients,
           scale_gradient);
}

/* Of this file and kernels_loops.h, from the build: tells a library that was built from other sources. */
EXPORT const char *source_hash(void) { return SOURCE_HASH; }

EXPORT size_t march_tape(const March *m) {
  DISPATCH(march_tape, m);
}

EXPORT void readout_forward(int points, int terms, int state, const float *polynomials, const int64_t *rows,
                            const float *theta, float *values) {
  DISPATCH(readout_forward, points, terms, state, polynomials, rows, theta, values);
}

EXPORT void readout_backward(int points, int terms, int state, const float *gradient, const int64_t *rows,
                             const float *theta, float *polynomial_gradients) {
  DISPATCH(readout_backward, points, terms, state, gradient, rows, theta, polynomial_gradients);
}

EXPORT void scan_forward(const Scan *s, float *final, float *tape) {
  DISPATCH(scan_forward, s, final, tape);
}

EXPORT void scan_backward(const Scan *s, const float *final_gradient, const float *tape, float *weight_gradient,
                          float *bias_gradient, float *recurrent_gradient, float *candidate_bias_gradient) {
  DISPATCH(scan_backward, s, final_gradient, tape, weight_gradient, bias_gradient, recurrent_gradient,
           candidate_bias_gradient);
}

EXPORT size_t scan_tape(const Scan *s) {
  DISPATCH(scan_tape, s);
}
