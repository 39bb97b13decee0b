/* The loops of kernels.c, compiled once for each instruction set. SUFFIX tells the copies apart.
 *
 * One `vec` holds the same number for LANES trajectories, so that the code reads like the formula for one trajectory.
 */
#define vec NAME(vec)
#define ivec NAME(ivec)
#define absolute NAME(absolute)
#define constant NAME(constant)
#define decay NAME(decay)
#define log_one_plus NAME(log_one_plus)
#define softplus NAME(softplus)
#define sigmoid NAME(sigmoid)
#define hyperbolic_tangent NAME(hyperbolic_tangent)
#define multiply_add NAME(multiply_add)
#define add_weight_gradient_block NAME(add_weight_gradient_block)
#define multiply_transposed_add_block NAME(multiply_transposed_add_block)
#define multiply_add_block NAME(multiply_add_block)
#define multiply_transposed_add NAME(multiply_transposed_add)
#define sum_lanes NAME(sum_lanes)
#define add_weight_gradient NAME(add_weight_gradient)
#define add_bias_gradient NAME(add_bias_gradient)
#define add_lanes NAME(add_lanes)
#define load NAME(load)
#define store NAME(store)
#define scratch NAME(scratch)
#define zeros NAME(zeros)
#define minimum NAME(minimum)
#define activations NAME(activations)
#define evaluate NAME(evaluate)
#define pull NAME(pull)
#define gates NAME(gates)
#define scan_kept NAME(scan_kept)
#define scan_deltas NAME(scan_deltas)
typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));

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

/* Sums are formed for `block` neighbours at once, a constant where these are called, so that they stay in registers. */
#define IN_BLOCKS(count, from, call)               \
  do {                                             \
    int from = 0;                                  \
    for (; from + 8 <= (count); from += 8) call(8); \
    switch ((count) - from) {                      \
      case 7: call(7); break;                      \
      case 6: call(6); break;                      \
      case 5: call(5); break;                      \
      case 4: call(4); break;                      \
      case 3: call(3); break;                      \
      case 2: call(2); break;                      \
      case 1: call(1);                             \
    }                                              \
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

INLINE int minimum(int x, int y) { return x < y ? x : y; }

INLINE float sum_lanes(vec x) {
  float total = 0;
  for (int lane = 0; lane < LANES; lane++) total += x[lane];
  return total;
}

INLINE void add_weight_gradient_block(vec *g, const vec *x, int x_stride, const vec *d, int d_stride, int count,
                                      const int block) {
  vec s[8];
  for (int k = 0; k < block; k++) s[k] = g[k];
  for (int e = 0; e < count; e++)
    for (int k = 0; k < block; k++) s[k] += x[(size_t)e * x_stride] * d[(size_t)e * d_stride + k];
  for (int k = 0; k < block; k++) g[k] = s[k];
}

/* Adds the gradient of W in y = x W over `count` evaluations, for each lane apart; consecutive evaluations of x and of the
 * gradient of y lie `x_stride` and `d_stride` vecs apart. */
INLINE void add_weight_gradient(vec *g, const vec *x, int x_stride, const vec *d, int d_stride, int count, int inputs,
                                int outputs, int row) {
  const int chunk = 16; /* evaluations whose numbers stay in the cache while all pairs of input and output are summed */
  for (int e = 0; e < count; e += chunk, x += (size_t)chunk * x_stride, d += (size_t)chunk * d_stride)
    for (int i = 0; i < inputs; i++) {
      int some = minimum(chunk, count - e);
#define BLOCK(size) add_weight_gradient_block(g + (size_t)i * row + o, x + i, x_stride, d + o, d_stride, some, size)
      IN_BLOCKS(outputs, o, BLOCK);
#undef BLOCK
    }
}

INLINE void add_bias_gradient(vec *g, const vec *d, int d_stride, int count, int outputs) {
  for (int e = 0; e < count; e++)
    for (int o = 0; o < outputs; o++) g[o] += d[(size_t)e * d_stride + o];
}

/* Adds the sums over lanes of `count` gradients, and clears them for the next member. */
INLINE void add_lanes(float *g, vec *x, int count) {
  for (int i = 0; i < count; i++) g[i] += sum_lanes(x[i]), x[i] = (vec){0};
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

INLINE vec *scratch(size_t count) { return aligned_alloc(sizeof(vec), (count ? count : 1) * sizeof(vec)); }
INLINE vec *zeros(size_t count) { return memset(scratch(count), 0, count * sizeof(vec)); }

/* ---- Runge-Kutta steps of dh/dt = s tanh(MLP(h)) ---- */

/* Vecs on the tape per evaluation: the input and every layer's output. */
INLINE int activations(const March *m) {
  int total = 0;
  for (int l = 0; l <= m->layers; l++) total += m->sizes[l];
  return total;
}

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
static void NAME(march_forward)(const March *m, const float *y0, float *polynomials, float *tape) {
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

/* Gradients are added to; y0_gradient is overwritten. */
static void NAME(march_backward)(const March *m, const float *polynomial_gradients, const float *tape, float *y0_gradient,
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
        /* stage i's slope feeds the dense output, the step's end, and the inputs of the stages after it */
        for (int i = stages; i >= 0; i--) {
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
          if (i == 0) break; /* shared with the step before: pulled there */
          vec *into = i == stages ? y : later + (size_t)i * state;
          if (i < stages)
            for (int d = 0; d < state; d++) into[d] = (vec){0};
          pull(m, member, block + (size_t)e * kept, slope, deltas + (size_t)e * width, &scale, into);
          e--;
        }
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

static size_t NAME(march_tape)(const March *m) {
  size_t blocks = (size_t)m->members * ((m->batch + LANES - 1) / LANES);
  return blocks * (1 + (size_t)m->steps * m->stages) * activations(m) * LANES;
}

/* ---- read-out: point p is Σ_j θ^j c_j with the coefficients (terms, state) of row rows[p] ---- */

static void NAME(readout_forward)(int points, int terms, int state, const float *polynomials, const int64_t *rows,
                                  const float *theta, float *values) {
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
static void NAME(readout_backward)(int points, int terms, int state, const float *gradient, const int64_t *rows,
                                   const float *theta, float *polynomial_gradients) {
  for (int p = 0; p < points; p++) {
    float *c = polynomial_gradients + (size_t)rows[p] * terms * state;
    const float *g = gradient + (size_t)p * state;
    float power = 1;
    for (int j = 0; j < terms; j++, power *= theta[p])
      for (int d = 0; d < state; d++) c[j * state + d] += power * g[d];
  }
}

/* ---- recurrent encoders over (t, x), from the last observation to the first ---- */

INLINE int gates(const Scan *s) { return s->cell == RNN ? 1 : s->cell == GRU ? 3 : 4; }

/* Per step the tape holds: the inputs, the hidden state before (LSTM: and the cell state), the gates' values, and for a
 * GRU the recalled state, for an RNN the hidden state after, for an LSTM tanh of the cell state after. */
INLINE int scan_kept(const Scan *s) {
  int states[] = {[RNN] = 2, [GRU] = 5, [LSTM] = 7};
  return s->inputs + states[s->cell] * s->hidden;
}

/* Width of the gates' gradients; a GRU adds that of the recalled state. */
INLINE int scan_deltas(const Scan *s) { return s->cell == RNN ? s->hidden : 4 * s->hidden; }

/* final: (member, batch, hidden) */
static void NAME(scan_forward)(const Scan *s, float *final, float *tape) {
  int H = s->hidden, row = gates(s) * H, kept = scan_kept(s);
  vec *h = scratch(H), *cell = scratch(H), *z = scratch(row);
  vec *at = (vec *)tape;
  for (int member = 0; member < s->members; member++) {
    const float *weight = s->weight + (size_t)member * s->inputs * row, *bias = s->bias + (size_t)member * row;
    const float *recurrent = s->recurrent + (size_t)member * H * row;
    for (int first = 0; first < s->batch; first += LANES) {
      int lanes = minimum(LANES, s->batch - first);
      size_t trajectory = (size_t)member * s->batch + first;
      for (int d = 0; d < H; d++) h[d] = cell[d] = (vec){0};
      for (int t = s->time - 1; t >= 0; t--, at += s->remember ? kept : 0) {
        vec *before = at + s->inputs, *p = before + H;
        load(at, s->times + trajectory * s->time + t, 1, s->time, lanes);
        load(at + 1, s->values + (trajectory * s->time + t) * (s->inputs - 1), s->inputs - 1,
             (size_t)s->time * (s->inputs - 1), lanes);
        memcpy(before, h, H * sizeof(vec));
        for (int o = 0; o < row; o++) z[o] = constant(bias[o]);
        multiply_add(z, at, weight, s->inputs, row, row);
        if (s->cell == RNN) {
          multiply_add(z, before, recurrent, H, H, row);
          for (int d = 0; d < H; d++) p[d] = h[d] = hyperbolic_tangent(z[d]);
        } else if (s->cell == GRU) {
          vec *reset = p, *update = p + H, *candidate = p + 2 * H, *recalled = p + 3 * H;
          for (int d = 0; d < H; d++) recalled[d] = constant(s->candidate_bias[(size_t)member * H + d]);
          multiply_add(z, before, recurrent, H, 2 * H, row);
          multiply_add(recalled, before, recurrent + 2 * H, H, H, row);
          for (int d = 0; d < H; d++) {
            reset[d] = sigmoid(z[d]), update[d] = sigmoid(z[H + d]);
            candidate[d] = hyperbolic_tangent(z[2 * H + d] + reset[d] * recalled[d]);
            h[d] = candidate[d] + update[d] * (h[d] - candidate[d]);
          }
        } else {
          vec *entry = p + H, *forget = p + 2 * H, *proposal = p + 3 * H, *output = p + 4 * H, *squashed = p + 5 * H;
          multiply_add(z, before, recurrent, H, row, row);
          for (int d = 0; d < H; d++) {
            p[d] = cell[d];
            entry[d] = sigmoid(z[d]), forget[d] = sigmoid(z[H + d]);
            proposal[d] = hyperbolic_tangent(z[2 * H + d]), output[d] = sigmoid(z[3 * H + d]);
            cell[d] = forget[d] * cell[d] + entry[d] * proposal[d];
            squashed[d] = hyperbolic_tangent(cell[d]);
            h[d] = output[d] * squashed[d];
          }
        }
      }
      store(final + trajectory * H, h, H, H, lanes);
    }
  }
  free(h), free(cell), free(z);
}

/* Gradients are added to. */
static void NAME(scan_backward)(const Scan *s, const float *final_gradient, const float *tape, float *weight_gradient,
                          float *bias_gradient, float *recurrent_gradient, float *candidate_bias_gradient) {
  int H = s->hidden, row = gates(s) * H, kept = scan_kept(s), width = scan_deltas(s);
  vec *h = scratch(H), *cell = scratch(H), *deltas = scratch((size_t)s->time * width);
  vec *weight_g = zeros((size_t)s->inputs * row), *bias_g = zeros(row); /* in one member */
  vec *recurrent_g = zeros((size_t)H * row), *candidate_bias_g = zeros(H);
  const vec *block = (const vec *)tape;
  for (int member = 0; member < s->members; member++) {
    const float *recurrent = s->recurrent + (size_t)member * H * row;
    for (int first = 0; first < s->batch; first += LANES, block += (size_t)s->time * kept) {
      int lanes = minimum(LANES, s->batch - first);
      load(h, final_gradient + ((size_t)member * s->batch + first) * H, H, H, lanes);
      for (int d = 0; d < H; d++) cell[d] = (vec){0};
      for (int t = s->time - 1; t >= 0; t--) { /* the scan's steps, last first */
        const vec *before = block + (size_t)t * kept + s->inputs, *p = before + H;
        vec *delta = deltas + (size_t)t * width;
        if (s->cell == RNN) {
          for (int d = 0; d < H; d++) delta[d] = h[d] * (1.0f - p[d] * p[d]), h[d] = (vec){0};
          multiply_transposed_add(h, delta, recurrent, H, H, row);
        } else if (s->cell == GRU) {
          const vec *reset = p, *update = p + H, *candidate = p + 2 * H, *recalled = p + 3 * H;
          for (int d = 0; d < H; d++) {
            vec g = h[d] * (1.0f - update[d]) * (1.0f - candidate[d] * candidate[d]);
            delta[d] = g * recalled[d] * reset[d] * (1.0f - reset[d]);
            delta[H + d] = h[d] * (before[d] - candidate[d]) * update[d] * (1.0f - update[d]);
            delta[2 * H + d] = g;
            delta[3 * H + d] = g * reset[d];
            h[d] *= update[d];
          }
          multiply_transposed_add(h, delta, recurrent, H, 2 * H, row);
          multiply_transposed_add(h, delta + 3 * H, recurrent + 2 * H, H, H, row);
        } else {
          const vec *entry = p + H, *forget = p + 2 * H, *proposal = p + 3 * H, *output = p + 4 * H, *squashed = p + 5 * H;
          for (int d = 0; d < H; d++) {
            vec g = cell[d] + h[d] * output[d] * (1.0f - squashed[d] * squashed[d]);
            delta[d] = g * proposal[d] * entry[d] * (1.0f - entry[d]);
            delta[H + d] = g * p[d] * forget[d] * (1.0f - forget[d]);
            delta[2 * H + d] = g * entry[d] * (1.0f - proposal[d] * proposal[d]);
            delta[3 * H + d] = h[d] * squashed[d] * output[d] * (1.0f - output[d]);
            cell[d] = g * forget[d];
            h[d] = (vec){0};
          }
          multiply_transposed_add(h, delta, recurrent, H, row, row);
        }
      }
      add_weight_gradient(weight_g, block, kept, deltas, width, s->time, s->inputs, row, row);
      add_bias_gradient(bias_g, deltas, width, s->time, row);
      const vec *states = block + s->inputs;
      if (s->cell == GRU) {
        add_weight_gradient(recurrent_g, states, kept, deltas, width, s->time, H, 2 * H, row);
        add_weight_gradient(recurrent_g + 2 * H, states, kept, deltas + 3 * H, width, s->time, H, H, row);
        add_bias_gradient(candidate_bias_g, deltas + 3 * H, width, s->time, H);
      } else {
        add_weight_gradient(recurrent_g, states, kept, deltas, width, s->time, H, row, row);
      }
    }
    add_lanes(weight_gradient + (size_t)member * s->inputs * row, weight_g, s->inputs * row);
    add_lanes(bias_gradient + (size_t)member * row, bias_g, row);
    add_lanes(recurrent_gradient + (size_t)member * H * row, recurrent_g, H * row);
    if (s->cell == GRU) add_lanes(candidate_bias_gradient + (size_t)member * H, candidate_bias_g, H);
  }
  free(h), free(cell), free(deltas), free(weight_g), free(bias_g), free(recurrent_g), free(candidate_bias_g);
}

static size_t NAME(scan_tape)(const Scan *s) {
  if (!s->remember) return (size_t)scan_kept(s) * LANES;
  size_t blocks = (size_t)s->members * ((s->batch + LANES - 1) / LANES);
  return blocks * s->time * scan_kept(s) * LANES;
}

#undef vec
#undef ivec
#undef absolute
#undef constant
#undef decay
#undef log_one_plus
#undef softplus
#undef sigmoid
#undef hyperbolic_tangent
#undef IN_BLOCKS
#undef multiply_add
#undef add_weight_gradient_block
#undef multiply_transposed_add_block
#undef multiply_add_block
#undef multiply_transposed_add
#undef sum_lanes
#undef add_weight_gradient
#undef add_bias_gradient
#undef add_lanes
#undef load
#undef store
#undef scratch
#undef zeros
#undef minimum
#undef activations
#undef evaluate
#undef pull
#undef gates
#undef scan_kept
#undef scan_deltas
