/* All Runge-Kutta steps of the field dh/dt = s tanh(MLP(h)) and the read-out at irregular times, with their exact backward pass.
 * march.py calls them.
 *
 * Networks this small spend their time on the bookkeeping of a tensor library, not on arithmetic. The same computation in plain
 * PyTorch is in core/solve.py; the tests compare.
 */
#include "network.h"

typedef struct {
  int members, batch, steps, points; /* points: read-out times of a trajectory */
  int remember;            /* whether a backward pass will follow */
  Network field;           /* the MLP from the state to the state */
  const float *scale;      /* (member) */
  int stages, degree;      /* of the tableau */
  const float *a, *b;      /* (stages, stages) with zeros, (stages) */
  const float *dense;      /* (degree, stages + 1) */
  const float *step;       /* (member, batch) */
  const float *elapsed;    /* (member, batch, point): read-out times since the start */
} March;

INLINE int state_size(const March *m) { return m->field.sizes[0]; }

/* Evaluations of the field on a trajectory: the last stage of a step is the first of the next one. */
INLINE int evaluations(const March *m) { return 1 + m->steps * m->stages; }

/* Length of the tape in floats. */
size_t march_tape(const March *m) {
  if (!m->remember) return (size_t)activations(&m->field) * LANES;
  size_t blocks = (size_t)m->members * ((m->batch + LANES - 1) / LANES);
  return blocks * evaluations(m) * activations(&m->field) * LANES;
}

/* ---- forward ---- */

/* The field's slope at the input that the tape holds; every layer's output goes onto the tape behind it, the last as its tanh. */
INLINE void evaluate(const March *m, int member, vec *tape, vec *slope) {
  vec *y = tape + activations(&m->field) - state_size(m);
  network_forward(&m->field, member, tape);
  for (int d = 0; d < state_size(m); d++) y[d] = hyperbolic_tangent(y[d]), slope[d] = m->scale[member] * y[d];
}

/* The step that contains a trajectory's read-out time, and that time's position θ in the step. */
INLINE int containing(const March *m, float elapsed, float step, float *theta) {
  float position = elapsed / (step > FLT_MIN ? step : FLT_MIN);
  int n = position >= m->steps ? m->steps - 1 : position > 0 ? (int)position : 0;
  *theta = position - n;
  return n;
}

/* Vecs that hold one trajectory's state side by side, and those of all its polynomials, (step, degree + 1, state), in which
 * coefficient j belongs to θ^j. */
INLINE int width_of_state(const March *m) { return (state_size(m) + LANES - 1) / LANES; }
INLINE int width_of_polynomials(const March *m) { return m->steps * (m->degree + 1) * width_of_state(m); }

/* A trajectory's states at its read-out times, (point, state). */
INLINE void read_out(const March *m, size_t trajectory, const vec *polynomials, float *states) {
  int state = state_size(m), width = width_of_state(m);
  const float *elapsed = m->elapsed + trajectory * m->points;
  for (int p = 0; p < m->points; p++) {
    float theta;
    int n = containing(m, elapsed[p], m->step[trajectory], &theta);
    for (int v = 0; v < width; v++) {
      const vec *c = polynomials + (size_t)n * (m->degree + 1) * width + v;
      vec x = c[m->degree * width];
      for (int j = m->degree - 1; j >= 0; j--) x = x * theta + c[j * width];
      write(states + (trajectory * m->points + p) * state + v * LANES, x, state - v * LANES);
    }
  }
}

/* states: (member, batch, point, state). tape: march_tape() floats. */
void march_forward(const March *m, const float *y0, float *states, float *tape) {
  int state = state_size(m), kept = activations(&m->field), stages = m->stages, terms = m->degree + 1;
  int row = width_of_polynomials(m), padded = width_of_state(m) * LANES;
  vec *y = scratch(state), *k = scratch((size_t)(stages + 1) * state), *c = scratch(state);
  vec *polynomials = zeros((size_t)LANES * row);
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
      point += m->remember ? kept : 0;
      for (int n = 0; n < m->steps; n++) {
        memcpy(k, k + (size_t)stages * state, state * sizeof(vec));
        float *target = (float *)(polynomials + (size_t)n * terms * width_of_state(m));
        store(target, y, state, (size_t)row * LANES, lanes);
        for (int i = 1; i <= stages; i++) {
          const float *weights = i < stages ? m->a + i * stages : m->b;
          memcpy(point, y, state * sizeof(vec));
          for (int j = 0; j < i; j++)
            if (weights[j] != 0)
              for (int d = 0; d < state; d++) point[d] += h * weights[j] * k[j * state + d];
          if (i == stages) memcpy(y, point, state * sizeof(vec));
          evaluate(m, member, point, k + (size_t)i * state);
          point += m->remember ? kept : 0;
        }
        for (int j = 1; j < terms; j++) {
          for (int d = 0; d < state; d++) {
            vec sum = {0};
            for (int i = 0; i <= stages; i++) sum += m->dense[(j - 1) * (stages + 1) + i] * k[i * state + d];
            c[d] = h * sum;
          }
          store(target + j * padded, c, state, (size_t)row * LANES, lanes);
        }
      }
      for (int lane = 0; lane < lanes; lane++) read_out(m, trajectory + lane, polynomials + (size_t)lane * row, states);
    }
  free(y), free(k), free(c), free(polynomials);
}

/* ---- backward ---- */

/* Gradients of evaluation e's layers and, added to `into`, of its input, from that of its slope. Evaluations are pulled from the
 * last to the first; `deltas` holds the layers' gradients of TOGETHER of them until these are added to the weights' gradients. */
INLINE void pull(const March *m, int member, const vec *block, int e, const vec *slope_gradient, vec *deltas,
                 NetworkGradient gradient, vec *scale_gradient, vec *into) {
  int state = state_size(m), kept = activations(&m->field), width = kept - state; /* deltas hold no input */
  const vec *tape = block + (size_t)e * kept, *y = tape + kept - state;
  vec *own = deltas + (size_t)(e % TOGETHER) * width, *delta = own + width - state;
  for (int d = 0; d < state; d++) {
    *scale_gradient += slope_gradient[d] * y[d];
    delta[d] = slope_gradient[d] * m->scale[member] * (1.0f - y[d] * y[d]);
  }
  network_backward(&m->field, member, tape, tape - kept, own, into);
  if (e % TOGETHER == 0)
    add_evaluations(&m->field, gradient, tape, deltas, minimum(TOGETHER, evaluations(m) - e));
}

/* Gradient of stage i's slope in one step of size h, which feeds the dense output (g), the step's end (y) and the inputs of
 * the stages after it (later). The slope at the step's end also begins the next step, which has been added before. */
INLINE void slope_gradient(const March *m, int i, vec h, const vec *g, const vec *y, const vec *later, vec *slope) {
  int state = state_size(m), stages = m->stages, terms = m->degree + 1;
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

/* Gradient of a trajectory's polynomials, added to, from that of its states. */
INLINE void pull_read_out(const March *m, size_t trajectory, const float *state_gradients, vec *polynomials) {
  int state = state_size(m), width = width_of_state(m);
  const float *elapsed = m->elapsed + trajectory * m->points;
  for (int p = 0; p < m->points; p++) {
    float theta;
    int n = containing(m, elapsed[p], m->step[trajectory], &theta);
    for (int v = 0; v < width; v++) {
      vec *c = polynomials + (size_t)n * (m->degree + 1) * width + v;
      vec g = read(state_gradients + (trajectory * m->points + p) * state + v * LANES, state - v * LANES);
      for (int j = 0; j <= m->degree; j++, g *= theta) c[j * width] += g;
    }
  }
}

/* Gradients are added to; y0_gradient is overwritten. */
void march_backward(const March *m, const float *state_gradients, const float *tape, float *y0_gradient,
                    float **weight_gradients, float **bias_gradients, float *scale_gradient) {
  int state = state_size(m), kept = activations(&m->field), stages = m->stages, terms = m->degree + 1;
  vec *y = scratch(state), *slope = scratch(state), *g = scratch((size_t)terms * state);
  int row = width_of_polynomials(m);
  vec *polynomials = scratch((size_t)LANES * row);
  vec *later = scratch((size_t)stages * state), *deltas = scratch((size_t)TOGETHER * (kept - state));
  NetworkGradient gradient = network_gradient(&m->field);
  const vec *block = (const vec *)tape;
  for (int member = 0; member < m->members; member++) {
    for (int first = 0; first < m->batch; first += LANES, block += (size_t)evaluations(m) * kept) {
      int lanes = minimum(LANES, m->batch - first), e = evaluations(m) - 1;
      size_t trajectory = (size_t)member * m->batch + first;
      vec h, scale = {0};
      load(&h, m->step + trajectory, 1, 1, lanes);
      for (int d = 0; d < state; d++) y[d] = slope[d] = (vec){0};
      memset(polynomials, 0, (size_t)lanes * row * sizeof(vec));
      for (int lane = 0; lane < lanes; lane++)
        pull_read_out(m, trajectory + lane, state_gradients, polynomials + (size_t)lane * row);
      for (int n = m->steps - 1; n >= 0; n--) {
        for (int j = 0; j < terms; j++)
          load(g + j * state, (float *)(polynomials + (size_t)(n * terms + j) * width_of_state(m)), state,
               (size_t)row * LANES, lanes);
        for (int i = stages; i > 0; i--, e--) {
          vec *into = i == stages ? y : later + (size_t)i * state;
          slope_gradient(m, i, h, g, y, later, slope);
          if (i < stages)
            for (int d = 0; d < state; d++) into[d] = (vec){0};
          pull(m, member, block, e, slope, deltas, gradient, &scale, into);
        }
        slope_gradient(m, 0, h, g, y, later, slope); /* shared with the step before: pulled there */
        for (int d = 0; d < state; d++) {
          y[d] += g[d];
          for (int i = 1; i < stages; i++) y[d] += later[i * state + d];
        }
      }
      pull(m, member, block, 0, slope, deltas, gradient, &scale, y);
      store(y0_gradient + trajectory * state, y, state, state, lanes);
      scale_gradient[member] += sum_lanes(scale);
    }
    add_member(&m->field, gradient, member, weight_gradients, bias_gradients);
  }
  free(y), free(slope), free(g), free(later), free(deltas), free(polynomials);
  free(gradient.weights), free(gradient.biases);
}
