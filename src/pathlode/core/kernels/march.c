/* All Runge-Kutta steps of the field dh/dt = s tanh(MLP(h)) and the read-out at irregular times, each with its exact backward
 * pass. march.py calls them.
 *
 * Networks this small spend their time on the bookkeeping of a tensor library, not on arithmetic. The same computation in plain
 * PyTorch is in core/solve.py; the tests compare.
 */
#include "vectors.h"

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

/* Vecs on the tape per evaluation: the input and every layer's output. */
INLINE int activations(const March *m) {
  int total = 0;
  for (int l = 0; l <= m->layers; l++) total += m->sizes[l];
  return total;
}

/* Length of the tape in floats. */
size_t march_tape(const March *m) {
  size_t blocks = (size_t)m->members * ((m->batch + LANES - 1) / LANES);
  return blocks * (1 + (size_t)m->steps * m->stages) * activations(m) * LANES;
}

/* ---- forward ---- */

/* The field's slope at the input that the tape holds; every layer's output goes onto the tape behind it. */
INLINE void evaluate(const March *m, int member, vec *tape, vec *slope) {
  vec *x = tape;
  for (int l = 0; l < m->layers; l++) {
    int inputs = m->sizes[l], outputs = m->sizes[l + 1];
    const float *bias = m->biases[l] + (size_t)member * outputs;
    vec *y = x + inputs;
    for (int o = 0; o < outputs; o++) y[o] = constant(bias[o]);
    multiply_add(y, x, m->weights[l] + (size_t)member * inputs * outputs, inputs, outputs, outputs);
    if (l + 1 < m->layers)
      for (int o = 0; o < outputs; o++) y[o] = softplus(y[o]);
    else
      for (int o = 0; o < outputs; o++) y[o] = hyperbolic_tangent(y[o]), slope[o] = m->scale[member] * y[o];
    x = y;
  }
}

/* polynomials: (member, batch, step, degree + 1, state), coefficient j of θ^j inside each step.
 * tape: march_tape() floats. */
void march_forward(const March *m, const float *y0, float *polynomials, float *tape) {
  int state = m->sizes[0], kept = activations(m), stages = m->stages, terms = m->degree + 1;
  vec *y = scratch(state), *k = scratch((size_t)(stages + 1) * state), *c = scratch((size_t)terms * state);
  vec *point = (vec *)tape;
  for (int member = 0; member < m->members; member++)
    for (int first = 0; first < m->batch; first += LANES) {
      int lanes = minimum(LANES, m->batch - first);
      size_t trajectory = (size_t)member * m->batch + first;
      vec h;
      load(&h, m->step + trajectory, 1, 1, lanes);
      load(y, y0 + trajectory * state, state, state, lanes);
      memcpy(point, y, state * sizeof(vec));
      evaluate(m, member, point, k + (size_t)stages * state);
      point += kept;
      for (int n = 0; n < m->steps; n++) {
        memcpy(k, k + (size_t)stages * state, state * sizeof(vec));
        memcpy(c, y, state * sizeof(vec));
        for (int i = 1; i <= stages; i++) {
          const float *weights = i < stages ? m->a + i * stages : m->b;
          memcpy(point, y, state * sizeof(vec));
          for (int j = 0; j < i; j++)
            if (weights[j] != 0)
              for (int d = 0; d < state; d++) point[d] += h * weights[j] * k[j * state + d];
          if (i == stages) memcpy(y, point, state * sizeof(vec));
          evaluate(m, member, point, k + (size_t)i * state);
          point += kept;
        }
        for (int j = 1; j < terms; j++)
          for (int d = 0; d < state; d++) {
            vec sum = {0};
            for (int i = 0; i <= stages; i++) sum += m->dense[(j - 1) * (stages + 1) + i] * k[i * state + d];
            c[j * state + d] = h * sum;
          }
        store(polynomials + (trajectory * m->steps + n) * terms * state, c, terms * state,
              (size_t)m->steps * terms * state, lanes);
      }
    }
  free(y), free(k), free(c);
}

/* ---- backward ---- */

/* Gradient of the evaluation's input, added to `into`, from the gradient of its slope, which is overwritten. */
INLINE void pull(const March *m, int member, const vec *tape, vec *slope_gradient, vec *deltas, vec *scale_gradient,
                 vec *into) {
  int state = m->sizes[0];
  const vec *y = tape + activations(m) - state;
  vec *delta = deltas + activations(m) - 2 * state; /* deltas hold every layer's output, not the input */
  for (int d = 0; d < state; d++) {
    *scale_gradient += slope_gradient[d] * y[d];
    delta[d] = slope_gradient[d] * m->scale[member] * (1.0f - y[d] * y[d]);
  }
  for (int l = m->layers - 1; l >= 0; l--) {
    int inputs = m->sizes[l], outputs = m->sizes[l + 1];
    const float *weight = m->weights[l] + (size_t)member * inputs * outputs;
    if (l == 0) {
      multiply_transposed_add(into, delta, weight, inputs, outputs, outputs);
    } else {
      vec *below = delta - inputs;
      y -= inputs;
      for (int i = 0; i < inputs; i++) below[i] = (vec){0};
      multiply_transposed_add(below, delta, weight, inputs, outputs, outputs);
      for (int i = 0; i < inputs; i++) below[i] *= 1.0f - decay(y[i]); /* softplus' = 1 - exp(-softplus) */
      delta = below;
    }
  }
}

/* Gradient of stage i's slope in one step of size h, which feeds the dense output (g), the step's end (y) and the inputs of
 * the stages after it (later). The slope at the step's end also begins the next step, which has been added before. */
INLINE void slope_gradient(const March *m, int i, vec h, const vec *g, const vec *y, const vec *later, vec *slope) {
  int state = m->sizes[0], stages = m->stages, terms = m->degree + 1;
  for (int d = 0; d < state; d++) {
    vec sum = {0};
    for (int j = 1; j < terms; j++) sum += m->dense[(j - 1) * (stages + 1) + i] * g[j * state + d];
    if (i < stages) {
      sum += m->b[i] * y[d];
      for (int j = i + 1; j < stages; j++) sum += m->a[j * stages + i] * later[j * state + d];
      slope[d] = h * sum;
    } else {
      slope[d] += h * sum;
    }
  }
}

/* Gradients are added to; y0_gradient is overwritten. */
void march_backward(const March *m, const float *polynomial_gradients, const float *tape, float *y0_gradient,
                    float **weight_gradients, float **bias_gradients, float *scale_gradient) {
  int state = m->sizes[0], kept = activations(m), stages = m->stages, terms = m->degree + 1;
  int evaluations = 1 + m->steps * stages, width = kept - state;
  vec *y = scratch(state), *slope = scratch(state), *g = scratch((size_t)terms * state);
  vec *later = scratch((size_t)stages * state), *deltas = scratch((size_t)evaluations * width);
  vec *weights[m->layers], *biases[m->layers]; /* their gradients in one member */
  for (int l = 0; l < m->layers; l++) {
    weights[l] = zeros((size_t)m->sizes[l] * m->sizes[l + 1]);
    biases[l] = zeros(m->sizes[l + 1]);
  }
  const vec *block = (const vec *)tape;
  for (int member = 0; member < m->members; member++) {
    for (int first = 0; first < m->batch; first += LANES, block += (size_t)evaluations * kept) {
      int lanes = minimum(LANES, m->batch - first), e = evaluations - 1;
      size_t trajectory = (size_t)member * m->batch + first;
      vec h, scale = {0};
      load(&h, m->step + trajectory, 1, 1, lanes);
      for (int d = 0; d < state; d++) y[d] = slope[d] = (vec){0};
      for (int n = m->steps - 1; n >= 0; n--) {
        load(g, polynomial_gradients + (trajectory * m->steps + n) * terms * state, terms * state,
             (size_t)m->steps * terms * state, lanes);
        for (int i = stages; i > 0; i--, e--) {
          vec *into = i == stages ? y : later + (size_t)i * state;
          slope_gradient(m, i, h, g, y, later, slope);
          if (i < stages)
            for (int d = 0; d < state; d++) into[d] = (vec){0};
          pull(m, member, block + (size_t)e * kept, slope, deltas + (size_t)e * width, &scale, into);
        }
        slope_gradient(m, 0, h, g, y, later, slope); /* shared with the step before: pulled there */
        for (int d = 0; d < state; d++) {
          y[d] += g[d];
          for (int i = 1; i < stages; i++) y[d] += later[i * state + d];
        }
      }
      pull(m, member, block, slope, deltas, &scale, y);
      store(y0_gradient + trajectory * state, y, state, state, lanes);
      scale_gradient[member] += sum_lanes(scale);
      for (int l = 0, offset = 0; l < m->layers; l++) {
        int inputs = m->sizes[l], outputs = m->sizes[l + 1];
        const vec *delta = deltas + offset + inputs - state;
        add_weight_gradient(weights[l], block + offset, kept, delta, width, evaluations, inputs, outputs, outputs);
        add_bias_gradient(biases[l], delta, width, evaluations, outputs);
        offset += inputs;
      }
    }
    for (int l = 0; l < m->layers; l++) {
      int inputs = m->sizes[l], outputs = m->sizes[l + 1];
      add_lanes(weight_gradients[l] + (size_t)member * inputs * outputs, weights[l], inputs * outputs);
      add_lanes(bias_gradients[l] + (size_t)member * outputs, biases[l], outputs);
    }
  }
  for (int l = 0; l < m->layers; l++) free(weights[l]), free(biases[l]);
  free(y), free(slope), free(g), free(later), free(deltas);
}

/* ---- read-out: point p is Σ_j θ^j c_j with the coefficients (terms, state) of row rows[p] ---- */

void readout_forward(int points, int terms, int state, const float *polynomials, const int64_t *rows, const float *theta,
                     float *values) {
  for (int p = 0; p < points; p++) {
    const float *c = polynomials + (size_t)rows[p] * terms * state;
    float *x = values + (size_t)p * state;
    for (int d = 0; d < state; d++) {
      float sum = c[(terms - 1) * state + d];
      for (int j = terms - 2; j >= 0; j--) sum = sum * theta[p] + c[j * state + d];
      x[d] = sum;
    }
  }
}

/* Gradients are added to. */
void readout_backward(int points, int terms, int state, const float *gradient, const int64_t *rows, const float *theta,
                      float *polynomial_gradients) {
  for (int p = 0; p < points; p++) {
    float *c = polynomial_gradients + (size_t)rows[p] * terms * state;
    const float *g = gradient + (size_t)p * state;
    float power = 1;
    for (int j = 0; j < terms; j++, power *= theta[p])
      for (int d = 0; d < state; d++) c[j * state + d] += power * g[d];
  }
}
