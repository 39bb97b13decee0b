/* Multilayer perceptrons on a block: softplus between the layers and none after the last. march.c and perceptron.c use them. */
#ifndef NETWORK_H
#define NETWORK_H

#include "products.h"

typedef struct {
  int layers;
  const int *sizes;      /* layers + 1 widths */
  const float **weights; /* per layer (member, inputs, outputs) */
  const float **biases;  /* per layer (member, outputs) */
} Network;

/* Vecs on the tape per evaluation: the input and every layer's output. */
INLINE int activations(const Network *n) {
  int total = 0;
  for (int l = 0; l <= n->layers; l++) total += n->sizes[l];
  return total;
}

/* Every layer's output for the input at the tape's start; they go onto the tape behind it. */
INLINE void network_forward(const Network *n, int member, vec *tape) {
  vec *x = tape;
  for (int l = 0; l < n->layers; l++) {
    int inputs = n->sizes[l], outputs = n->sizes[l + 1];
    const float *bias = n->biases[l] + (size_t)member * outputs;
    vec *y = x + inputs;
    affine(y, x, n->weights[l] + (size_t)member * inputs * outputs, bias, inputs, outputs, outputs);
    if (l + 1 < n->layers)
      for (int o = 0; o < outputs; o++) y[o] = softplus(y[o]);
    x = y;
  }
}

/* Gradients of all layers' pre-activations, in the order of the tape without its input, from the last one's, which `deltas` holds
 * already. Adds the input's gradient to `into`, unless that is NULL. Meanwhile the tape `ahead`, which is read next, comes into
 * the cache. */
INLINE void network_backward(const Network *n, int member, const vec *tape, const vec *ahead, vec *deltas, vec *into) {
  int last = activations(n) - n->sizes[n->layers];
  const vec *y = tape + last;
  vec *delta = deltas + last - n->sizes[0];
  fetch(ahead + last, n->sizes[n->layers]);
  for (int l = n->layers - 1; l >= 0; l--) {
    int inputs = n->sizes[l], outputs = n->sizes[l + 1];
    const float *weight = n->weights[l] + (size_t)member * inputs * outputs;
    y -= inputs;
    fetch(ahead + (y - tape), inputs);
    if (l == 0) {
      if (into) multiply_transposed_add(into, delta, weight, inputs, outputs, outputs);
    } else {
      vec *below = delta - inputs;
      multiply_transposed(below, delta, weight, inputs, outputs, outputs);
      for (int i = 0; i < inputs; i++) below[i] *= 1.0f - decay(y[i]); /* softplus' = 1 - exp(-softplus) */
      delta = below;
    }
  }
}

/* ---- gradients of the weights and biases of one member, summed over evaluations, for each lane apart ---- */

typedef struct {
  vec *weights, *biases; /* all layers, one after the other */
} NetworkGradient;

INLINE NetworkGradient network_gradient(const Network *n) {
  size_t weights = 0;
  for (int l = 0; l < n->layers; l++) weights += (size_t)n->sizes[l] * n->sizes[l + 1];
  return (NetworkGradient){zeros(weights), zeros(activations(n) - n->sizes[0])};
}

/* Adds `count` consecutive evaluations, at most TOGETHER. */
INLINE void add_evaluations(const Network *n, NetworkGradient g, const vec *tape, const vec *deltas, int count) {
  int kept = activations(n), width = kept - n->sizes[0];
  for (int l = 0; l < n->layers; l++) {
    int inputs = n->sizes[l], outputs = n->sizes[l + 1];
    add_weight_gradient(g.weights, tape, kept, deltas, width, count, inputs, outputs, outputs);
    add_bias_gradient(g.biases, deltas, width, count, outputs);
    tape += inputs, deltas += outputs, g.weights += (size_t)inputs * outputs, g.biases += outputs;
  }
}

/* Adds the sums over lanes to the tensors of a member, and clears them for the next. */
INLINE void add_member(const Network *n, NetworkGradient g, int member, float **weights, float **biases) {
  for (int l = 0; l < n->layers; l++) {
    int pairs = n->sizes[l] * n->sizes[l + 1], outputs = n->sizes[l + 1];
    add_lanes(weights[l] + (size_t)member * pairs, g.weights, pairs);
    add_lanes(biases[l] + (size_t)member * outputs, g.biases, outputs);
    g.weights += pairs, g.biases += outputs;
  }
}

#endif
