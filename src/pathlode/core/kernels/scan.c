/* A recurrent encoder's scan over u = (t, x), from the last observation to the first, with its exact backward pass. scan.py
 * calls it.
 *
 * RNN, GRU and LSTM differ in one step, so each has a function for its step and one for the step's gradient. The tape holds, for
 * each step, the inputs, the hidden state before, and then what the cell's functions list.
 *
 * A trajectory skips the times at which nothing was observed: its state stays, and so does the gradient of it.
 */
#include "products.h"

enum { RNN, GRU, LSTM };

typedef struct {
  int cell, members, batch, time, inputs, hidden; /* inputs: 1 + features */
  int remember;                                   /* whether a backward pass will follow */
  const float *times, *values;                    /* (member, batch, time), (member, batch, time, inputs - 1) */
  const float *weight, *bias;                     /* (member, inputs, gates hidden), (member, gates hidden) */
  const float *recurrent, *candidate_bias;        /* (member, hidden, gates hidden), GRU only: (member, hidden) */
  const uint8_t *present; /* whether anything was observed, (member, batch, time); NULL if there was at all times */
} Scan;

/* Widths in units of the hidden state, by cell: gates, their gradients, and states on the tape. */
static const int GATES[] = {[RNN] = 1, [GRU] = 3, [LSTM] = 4};
static const int DELTAS[] = {[RNN] = 1, [GRU] = 4, [LSTM] = 4}; /* a GRU adds that of the recalled state */
static const int STATES[] = {[RNN] = 2, [GRU] = 5, [LSTM] = 7};

/* Distance of two steps' gradients in vecs: theirs and two more, because steps that lie a power of two apart compete for the same
 * places of the cache. */
INLINE int scan_width(const Scan *s) { return DELTAS[s->cell] * s->hidden + 2; }

/* Vecs on the tape per step. */
INLINE int scan_kept(const Scan *s) { return s->inputs + STATES[s->cell] * s->hidden; }

/* ---- one step: z holds W u + b, h and cell become the next state, `kept` is what the backward pass needs ---- */

/* kept: the hidden state after */
INLINE void rnn_step(int H, const float *recurrent, vec *z, const vec *before, vec *kept, vec *h) {
  multiply_add(z, before, recurrent, H, H, H);
  for (int d = 0; d < H; d++) kept[d] = h[d] = hyperbolic_tangent(z[d]);
}

/* kept: the gates' values and the recalled state */
INLINE void gru_step(int H, const float *recurrent, const float *candidate_bias, vec *z, const vec *before, vec *kept,
                     vec *h) {
  vec *reset = kept, *update = kept + H, *candidate = kept + 2 * H, *recalled = kept + 3 * H;
  multiply_add(z, before, recurrent, H, 2 * H, 3 * H);
  affine(recalled, before, recurrent + 2 * H, candidate_bias, H, H, 3 * H);
  for (int d = 0; d < H; d++) {
    reset[d] = sigmoid(z[d]), update[d] = sigmoid(z[H + d]);
    candidate[d] = hyperbolic_tangent(z[2 * H + d] + reset[d] * recalled[d]);
    h[d] = candidate[d] + update[d] * (h[d] - candidate[d]);
  }
}

/* kept: the cell state before, the gates' values, and tanh of the cell state after */
INLINE void lstm_step(int H, const float *recurrent, vec *z, const vec *before, vec *kept, vec *h, vec *cell) {
  vec *entry = kept + H, *forget = kept + 2 * H, *proposal = kept + 3 * H, *output = kept + 4 * H;
  vec *squashed = kept + 5 * H;
  multiply_add(z, before, recurrent, H, 4 * H, 4 * H);
  for (int d = 0; d < H; d++) {
    kept[d] = cell[d];
    entry[d] = sigmoid(z[d]), forget[d] = sigmoid(z[H + d]);
    proposal[d] = hyperbolic_tangent(z[2 * H + d]), output[d] = sigmoid(z[3 * H + d]);
    cell[d] = forget[d] * cell[d] + entry[d] * proposal[d];
    squashed[d] = hyperbolic_tangent(cell[d]);
    h[d] = output[d] * squashed[d];
  }
}

/* ---- the step's gradient: h and cell hold the gradient of the state after and become that of the state before, delta becomes
 * that of the gates' pre-activations ---- */

INLINE void rnn_pull(int H, const float *recurrent, const vec *kept, vec *delta, vec *h) {
  for (int d = 0; d < H; d++) delta[d] = h[d] * (1.0f - kept[d] * kept[d]);
  multiply_transposed(h, delta, recurrent, H, H, H);
}

INLINE void gru_pull(int H, const float *recurrent, const vec *before, const vec *kept, vec *delta, vec *h) {
  const vec *reset = kept, *update = kept + H, *candidate = kept + 2 * H, *recalled = kept + 3 * H;
  for (int d = 0; d < H; d++) {
    vec g = h[d] * (1.0f - update[d]) * (1.0f - candidate[d] * candidate[d]);
    delta[d] = g * recalled[d] * reset[d] * (1.0f - reset[d]);
    delta[H + d] = h[d] * (before[d] - candidate[d]) * update[d] * (1.0f - update[d]);
    delta[2 * H + d] = g;
    delta[3 * H + d] = g * reset[d];
    h[d] *= update[d];
  }
  multiply_transposed_add(h, delta, recurrent, H, 2 * H, 3 * H);
  multiply_transposed_add(h, delta + 3 * H, recurrent + 2 * H, H, H, 3 * H);
}

INLINE void lstm_pull(int H, const float *recurrent, const vec *kept, vec *delta, vec *h, vec *cell) {
  const vec *entry = kept + H, *forget = kept + 2 * H, *proposal = kept + 3 * H, *output = kept + 4 * H;
  const vec *squashed = kept + 5 * H;
  for (int d = 0; d < H; d++) {
    vec g = cell[d] + h[d] * output[d] * (1.0f - squashed[d] * squashed[d]);
    delta[d] = g * proposal[d] * entry[d] * (1.0f - entry[d]);
    delta[H + d] = g * kept[d] * forget[d] * (1.0f - forget[d]);
    delta[2 * H + d] = g * entry[d] * (1.0f - proposal[d] * proposal[d]);
    delta[3 * H + d] = h[d] * squashed[d] * output[d] * (1.0f - output[d]);
    cell[d] = g * forget[d];
  }
  multiply_transposed(h, delta, recurrent, H, 4 * H, 4 * H);
}

/* ---- times at which nothing was observed ---- */

/* Lanes with an observation at time t, as all bits. */
INLINE ivec lanes_seen(const Scan *s, size_t trajectory, int t, int lanes) {
  ivec seen = {0};
  for (int lane = 0; lane < lanes; lane++) seen[lane] = -(int32_t)s->present[(trajectory + lane) * s->time + t];
  return seen;
}

INLINE int any(ivec seen) {
  int32_t bits = 0;
  for (int lane = 0; lane < LANES; lane++) bits |= seen[lane];
  return bits != 0;
}

/* Puts back what lanes without an observation had before. */
INLINE void put_back(ivec seen, vec *x, const vec *before, int count) {
  for (int i = 0; i < count; i++) x[i] = (vec)(((ivec)x[i] & seen) | ((ivec)before[i] & ~seen));
}

/* ---- all steps ---- */

/* Length of the tape in floats. */
size_t scan_tape(const Scan *s) {
  if (!s->remember) return (size_t)scan_kept(s) * LANES;
  size_t blocks = (size_t)s->members * ((s->batch + LANES - 1) / LANES);
  return blocks * s->time * scan_kept(s) * LANES;
}

/* final: (member, batch, hidden) */
void scan_forward(const Scan *s, float *final, float *tape) {
  int H = s->hidden, row = GATES[s->cell] * H, kept = scan_kept(s);
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
        vec *before = at + s->inputs, *after = before + H;
        load(at, s->times + trajectory * s->time + t, 1, s->time, lanes);
        load(at + 1, s->values + (trajectory * s->time + t) * (s->inputs - 1), s->inputs - 1,
             (size_t)s->time * (s->inputs - 1), lanes);
        memcpy(before, h, H * sizeof(vec));
        ivec seen = {0};
        if (s->present && !any(seen = lanes_seen(s, trajectory, t, lanes))) continue;
        affine(z, at, weight, bias, s->inputs, row, row);
        switch (s->cell) {
          case RNN: rnn_step(H, recurrent, z, before, after, h); break;
          case GRU: gru_step(H, recurrent, s->candidate_bias + (size_t)member * H, z, before, after, h); break;
          case LSTM: lstm_step(H, recurrent, z, before, after, h, cell);
        }
        if (!s->present) continue;
        put_back(seen, h, before, H);
        if (s->cell == LSTM) put_back(seen, cell, after, H);
      }
      store(final + trajectory * H, h, H, H, lanes);
    }
  }
  free(h), free(cell), free(z);
}

/* Gradients of the weights of one member, for each lane apart. */
typedef struct {
  vec *weight, *bias, *recurrent, *candidate_bias;
} ScanGradient;

/* Adds `count` consecutive steps, at most TOGETHER. */
INLINE void add_steps(const Scan *s, ScanGradient g, const vec *tape, const vec *deltas, int count) {
  int H = s->hidden, row = GATES[s->cell] * H, kept = scan_kept(s), width = scan_width(s);
  const vec *states = tape + s->inputs, *recalled = deltas + 3 * H;
  add_weight_gradient(g.weight, tape, kept, deltas, width, count, s->inputs, row, row);
  add_bias_gradient(g.bias, deltas, width, count, row);
  if (s->cell == GRU) {
    add_weight_gradient(g.recurrent, states, kept, deltas, width, count, H, 2 * H, row);
    add_weight_gradient(g.recurrent + 2 * H, states, kept, recalled, width, count, H, H, row);
    add_bias_gradient(g.candidate_bias, recalled, width, count, H);
  } else {
    add_weight_gradient(g.recurrent, states, kept, deltas, width, count, H, row, row);
  }
}

/* Gradients are added to. */
void scan_backward(const Scan *s, const float *final_gradient, const float *tape, float *weight_gradient,
                   float *bias_gradient, float *recurrent_gradient, float *candidate_bias_gradient) {
  int H = s->hidden, row = GATES[s->cell] * H, kept = scan_kept(s), width = scan_width(s);
  vec *h = scratch(H), *cell = scratch(H), *deltas = scratch((size_t)TOGETHER * width);
  vec *h_after = scratch(H), *cell_after = scratch(H);
  ScanGradient g = {zeros((size_t)s->inputs * row), zeros(row), zeros((size_t)H * row), zeros(H)};
  const vec *block = (const vec *)tape;
  for (int member = 0; member < s->members; member++) {
    const float *recurrent = s->recurrent + (size_t)member * H * row;
    for (int first = 0; first < s->batch; first += LANES, block += (size_t)s->time * kept) {
      int lanes = minimum(LANES, s->batch - first);
      load(h, final_gradient + ((size_t)member * s->batch + first) * H, H, H, lanes);
      for (int d = 0; d < H; d++) cell[d] = (vec){0};
      for (int t = s->time - 1; t >= 0; t--) { /* the scan's steps, last first */
        const vec *before = block + (size_t)t * kept + s->inputs, *after = before + H;
        vec *delta = deltas + (size_t)(t % TOGETHER) * width;
        fetch(before - s->inputs - kept, kept); /* of the step before, which is pulled next */
        ivec seen = {0};
        if (s->present) {
          seen = lanes_seen(s, (size_t)member * s->batch + first, s->time - 1 - t, lanes);
          memcpy(h_after, h, H * sizeof(vec)), memcpy(cell_after, cell, H * sizeof(vec));
        }
        switch (s->cell) {
          case RNN: rnn_pull(H, recurrent, after, delta, h); break;
          case GRU: gru_pull(H, recurrent, before, after, delta, h); break;
          case LSTM: lstm_pull(H, recurrent, after, delta, h, cell);
        }
        if (s->present) {
          for (int i = 0; i < DELTAS[s->cell] * H; i++) delta[i] = (vec)((ivec)delta[i] & seen);
          put_back(seen, h, h_after, H), put_back(seen, cell, cell_after, H);
        }
        if (t % TOGETHER == 0)
          add_steps(s, g, block + (size_t)t * kept, deltas, minimum(TOGETHER, s->time - t));
      }
    }
    add_lanes(weight_gradient + (size_t)member * s->inputs * row, g.weight, s->inputs * row);
    add_lanes(bias_gradient + (size_t)member * row, g.bias, row);
    add_lanes(recurrent_gradient + (size_t)member * H * row, g.recurrent, H * row);
    if (s->cell == GRU) add_lanes(candidate_bias_gradient + (size_t)member * H, g.candidate_bias, H);
  }
  free(h), free(cell), free(h_after), free(cell_after), free(deltas), free(g.weight), free(g.bias), free(g.recurrent), free(g.candidate_bias);
}
